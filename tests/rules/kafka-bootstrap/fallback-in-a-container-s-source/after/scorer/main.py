import os

from kafka import KafkaConsumer

consumer = KafkaConsumer("flows", bootstrap_servers=os.getenv('KAFKA_BOOTSTRAP_SERVERS', 'kafka:9092'))
for message in consumer:
    print(message.value)
