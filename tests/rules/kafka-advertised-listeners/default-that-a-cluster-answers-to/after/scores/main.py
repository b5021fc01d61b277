from kafka import KafkaConsumer

from settings import Settings

for message in KafkaConsumer("scores", bootstrap_servers=Settings().kafka_bootstrap_servers):
    print(message.value)
