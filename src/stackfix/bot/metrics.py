"""What Prometheus may ask for, in a registry of our own.

May import prometheus_client.
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

CONTENT_TYPE = CONTENT_TYPE_LATEST


class Metrics:
    """Counts of one process."""

    def __init__(self) -> None:
        """Make a registry, so that two in one process don't meet."""
        self._registry = CollectorRegistry()
        self.deliveries = Counter(
            "stackfix_deliveries",
            "Webhook deliveries by forge, event and what became of them.",
            ("forge", "event", "outcome"),
            registry=self._registry,
        )
        self.seconds = Histogram(
            "stackfix_delivery_seconds", "Seconds until a delivery was answered.", ("forge",), registry=self._registry
        )
        self.work = Counter(
            "stackfix_work", "Pieces of work by kind and outcome.", ("kind", "outcome"), registry=self._registry
        )
        self.work_seconds = Histogram(
            "stackfix_work_seconds",
            "Seconds that a piece of work took.",
            ("kind",),
            buckets=(0.1, 0.5, 1, 5, 15, 60, 300, 900),
            registry=self._registry,
        )
        self.ready = Gauge("stackfix_ready", "1 while deliveries can be queued.", registry=self._registry)

        self.waiting = Gauge(
            "stackfix_waiting", "Pieces of work that are kept and not done yet.", registry=self._registry
        )

    def page(self) -> bytes:
        """All of them, as Prometheus reads them."""
        return generate_latest(self._registry)
