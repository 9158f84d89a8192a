"""At what hours of a store's own clock its devices may be asked for something new."""

import re
from dataclasses import dataclass
from datetime import datetime, time
from typing import Final

from cloud_hub.core.days.opening_hours import StoreHours
from cloud_hub.core.errors import Refused
from device_profiles.opening_hours import is_open

SPAN: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)")


@dataclass(frozen=True, slots=True, kw_only=True)
class AskingHours:
    """From `begins` until `ends` on the store's clock, over midnight too where `ends` is not after
    `begins`; both midnight: at any time. `closed_only`: not while the store is open, by its own
    hours with their exceptions."""

    begins: time = time(0)
    ends: time = time(0)
    closed_only: bool = False

    @property
    def text(self) -> str:
        """`02:00-05:00`; empty for any time."""
        if self.begins == self.ends:
            return ""
        return f"{self.begins:%H:%M}-{self.ends:%H:%M}"

    def allow(self, store: StoreHours, now: datetime) -> bool:
        """Whether a device of the store may be asked now."""
        clock = now.astimezone(store.zone).time()
        if self.begins < self.ends:
            is_time = self.begins <= clock < self.ends
        else:
            is_time = self.begins == self.ends or clock >= self.begins or clock < self.ends
        return is_time and not (self.closed_only and is_open(store.hours, store.zone, now))


ANY_TIME: Final = AskingHours()


def asking_hours(text: str, *, closed_only: bool = False) -> AskingHours:
    """The hours that `02:00-05:00` tells; at any time where it is empty. Raises Refused."""
    if not text.strip():
        return AskingHours(closed_only=closed_only)
    found = SPAN.fullmatch(text.strip())
    if found is None or text.strip().split("-")[0] == text.strip().split("-")[1]:
        raise Refused(f"{text!r} are no hours; write them as 02:00-05:00", status=422)
    from_h, from_min, to_h, to_min = found.groups(default="00")
    return AskingHours(
        begins=time(int(from_h), int(from_min)),
        ends=time(int(to_h), int(to_min)),
        closed_only=closed_only,
    )
