"""What the hub counts about itself, for Prometheus. One registry a hub, none a process."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from cloud_hub.link.ingest.tally import Tally


class Counters:
    """The hub's counters."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._events = Counter(
            "aisle_events", "Events taken for the first time", ["kind"], registry=self.registry
        )
        self._fates = Counter(
            "aisle_event_fates",
            "Events that arrived again (resent), were buried (dead) or kept unread (unknown)",
            ["fate"],
            registry=self.registry,
        )
        self._refused = Counter(
            "aisle_messages_refused",
            "Messages whose sender may not send them",
            registry=self.registry,
        )
        self._commit_s = Histogram(
            "aisle_ingest_commit_seconds",
            "Time of one ingest transaction",
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
            registry=self.registry,
        )
        self.brokers = Gauge(
            "aisle_brokers_connected", "Brokers the hub listens on", registry=self.registry
        )

    def note(self, tally: Tally, took_s: float) -> None:
        """Counts one transaction."""
        # Kinds are the senders' words: only known ones become labels, so that nobody can make
        # this page grow.
        for kind, count in tally.known_kinds().items():
            self._events.labels(kind).inc(count)
        for fate in ("resent", "dead", "unknown"):
            if count := getattr(tally, fate):
                self._fates.labels(fate).inc(count)
        self._refused.inc(tally.refused)
        self._commit_s.observe(took_s)

    def page(self) -> bytes:
        """The Prometheus text format."""
        return generate_latest(self.registry)
