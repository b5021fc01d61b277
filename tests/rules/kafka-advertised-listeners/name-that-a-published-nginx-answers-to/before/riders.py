import os

from kafka import KafkaConsumer

for message in KafkaConsumer("rides", bootstrap_servers=os.environ["KAFKA_BOOTSTRAP_SERVERS"]):
    print(message.value)
