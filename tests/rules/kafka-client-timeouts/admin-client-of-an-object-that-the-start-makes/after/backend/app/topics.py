from confluent_kafka.admin import AdminClient


class Topics:
    def __init__(self, settings):
        self.admin = AdminClient(
            {
                "bootstrap.servers": settings.kafka,
                "socket.timeout.ms": 10000,
                "api.version.request.timeout.ms": 5000,
            }
        )
