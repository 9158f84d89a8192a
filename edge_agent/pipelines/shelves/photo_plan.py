"""When a photo of the shelves is due: at intervals, at times of day, after a door was closed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from device_profiles.opening_hours import OpeningHours, local_to_utc
from edge_agent.pipelines.opening_hours import due_slot

TIMES_KEEP = timedelta(minutes=30)
"""So long after a time of day its photo is still worth taking."""
DOOR_WAITS_S = 600.0
"""A photo after the door that could not be taken for so long is given up."""


@dataclass(slots=True, kw_only=True)
class PhotoPlan:
    """One camera's plan. `interval_min` 0: no intervals; `after_door_s` None: not after doors."""

    opening_hours: OpeningHours | None
    zone: ZoneInfo
    interval_min: int
    times: Sequence[time] = ()
    after_door_s: float | None = None
    _door_closed_s: float | None = None

    def due(self, at: datetime) -> str | None:
        """Name of the photo that the plan wants at `at`, the same until the next one; None where
        none is due. A photo at a time of day is due in closed hours as well."""
        slots = []
        if self.interval_min:
            slot = due_slot(self.opening_hours, at, zone=self.zone, interval_min=self.interval_min)
            slots += [slot] if slot is not None else []
        today = at.astimezone(self.zone).date()
        for day in (today - timedelta(days=1), today):
            moments = [local_to_utc(day, moment, self.zone) for moment in self.times]
            slots += [moment for moment in moments if at - TIMES_KEEP < moment <= at]
        return self._name(max(slots)) if slots else None

    def _name(self, slot: datetime) -> str:
        """The slot by the clock on the wall; one that it shows for the second time is another."""
        local = slot.astimezone(self.zone)
        return f"{local:%Y%m%dT%H%M}{'-again' if local.fold else ''}"

    def note_closed_door(self, at_s: float) -> None:
        """A door was closed, by the monotonic clock: a photo is due soon."""
        if self.after_door_s is not None:
            self._door_closed_s = at_s

    def is_due_after_door(self, at_s: float) -> bool:
        """Whether the photo after the last closed door is due at monotonic `at_s`."""
        if self._door_closed_s is None or self.after_door_s is None:
            return False
        waited_s = at_s - self._door_closed_s - self.after_door_s
        if waited_s > DOOR_WAITS_S:
            self._door_closed_s = None
            return False
        return waited_s >= 0

    def door_is_done(self) -> None:
        """The photo after the door was taken."""
        self._door_closed_s = None
