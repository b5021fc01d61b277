import sys

from confluent_kafka import Producer


def main():
    producer = Producer({"bootstrap.servers": sys.argv[1]})
    producer.produce("a", sys.argv[2])
    producer.flush()


if __name__ == "__main__":
    main()
