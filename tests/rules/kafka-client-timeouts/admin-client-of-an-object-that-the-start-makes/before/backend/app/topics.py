from confluent_kafka.admin import AdminClient


class Topics:
    def __init__(self, settings):
        self.admin = AdminClient(
            {
                "bootstrap.servers": settings.kafka,
            }
        )
