from kafka import KafkaConsumer

for message in KafkaConsumer("rides", bootstrap_servers="bus:19092"):
    print(message.value)
