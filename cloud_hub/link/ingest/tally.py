"""What transactions of ingest did, counted."""

from dataclasses import dataclass, field

from sync.events import EVENT_TYPES


@dataclass(slots=True, kw_only=True)
class Tally:
    """What one transaction did, in events; `refused` and `hellos` in messages."""

    events: int = 0
    resent: int = 0
    dead: int = 0
    unknown: int = 0
    refused: int = 0
    hellos: int = 0
    by_kind: dict[str, int] = field(default_factory=dict)

    def add(self, other: "Tally") -> None:
        """Adds what another transaction did."""
        for name in ("events", "resent", "dead", "unknown", "refused", "hellos"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for kind, count in other.by_kind.items():
            self.by_kind[kind] = self.by_kind.get(kind, 0) + count

    def known_kinds(self) -> dict[str, int]:
        """Events by kind, for the kinds this hub knows; the others together as `other`."""
        known: dict[str, int] = {}
        for kind, count in self.by_kind.items():
            name = kind if kind in EVENT_TYPES else "other"
            known[name] = known.get(name, 0) + count
        return known
