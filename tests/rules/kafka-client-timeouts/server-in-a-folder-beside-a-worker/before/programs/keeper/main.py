import os

from confluent_kafka import Consumer


def main() -> None:
    consumer = Consumer({"bootstrap.servers": os.environ.get("BROKER", "localhost:9092"), "group.id": "keeper"})
    consumer.subscribe(["prices"])
    while True:
        message = consumer.poll(1.0)
        if message is not None:
            print(message.value())


if __name__ == "__main__":
    main()
