from kafka import KafkaConsumer


async def run_feed():
    consumer = KafkaConsumer("a", bootstrap_servers="b:9092")
    print(consumer)
