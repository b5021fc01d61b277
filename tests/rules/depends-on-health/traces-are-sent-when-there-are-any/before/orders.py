import os

ENDPOINT = os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"]
print(ENDPOINT)
