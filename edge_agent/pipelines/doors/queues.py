"""A queue that is too long or waits too long: an alarm of the device itself, with no network."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from device_profiles.camera import Zone
from edge_agent.core.alarm_reporting import Guarded
from edge_agent.core.alarms import QUEUE_LONG, QUEUE_SLOW
from vision_models.people.zones import Queue

RAISED_AFTER_S = 20.0
"""A queue that is long for a moment needs nobody."""
CLEARED_AFTER_S = 60.0


@dataclass(slots=True)
class QueueGuard:
    """The limits of one camera's queue zones, and since when each of them has been passed."""

    zones: tuple[Zone, ...]
    _raised: set[tuple[str, str]] = field(default_factory=set)
    _since_s: dict[tuple[str, str], float] = field(default_factory=dict)

    def look(self, queues: Mapping[str, Queue], at_s: float) -> Iterable[tuple[Guarded, bool]]:
        """Every alarm that changes at `at_s`, and whether it is on."""
        for zone in self.zones:
            queue = queues.get(zone.zone_id)
            if queue is None:
                continue
            if zone.queue_limit is not None:
                yield from self._judge(zone, QUEUE_LONG, queue.length, zone.queue_limit, at_s)
            if zone.wait_limit_s is not None:
                yield from self._judge(zone, QUEUE_SLOW, queue.longest_s, zone.wait_limit_s, at_s)

    def _judge(
        self, zone: Zone, alarm: str, value: float, limit: float, at_s: float
    ) -> Iterable[tuple[Guarded, bool]]:
        key = (alarm, zone.zone_id)
        stands = key in self._raised
        if (value > limit) == stands:
            self._since_s.pop(key, None)
            return
        since_s = self._since_s.setdefault(key, at_s)
        if at_s - since_s < (CLEARED_AFTER_S if stands else RAISED_AFTER_S):
            return
        del self._since_s[key]
        (self._raised.discard if stands else self._raised.add)(key)
        guarded = Guarded(alarm=alarm, subject=zone.zone_id, value=round(value, 1), limit=limit)
        yield guarded, not stands
