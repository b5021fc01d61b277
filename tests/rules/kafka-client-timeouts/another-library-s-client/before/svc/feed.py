from kafka import KafkaConsumer


def opened():
    return KafkaConsumer("a", bootstrap_servers="b:9092")


async def run_feed():
    print(opened())
