"""Demo time: a fixed offset under which it is now about half past two in the afternoon."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone

HISTORY_DAYS = 14
AFTERNOON_H = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoTime:
    """When the demonstration started, and the fixed-offset zone its stores live in."""

    started_at: datetime
    offset_h: int

    @property
    def zone_name(self) -> str:
        """The IANA name. Its sign is the other way round: Etc/GMT-8 is eight hours ahead of UTC."""
        return "Etc/GMT" if self.offset_h == 0 else f"Etc/GMT{-self.offset_h:+d}"

    @property
    def today(self) -> date:
        """The stores' date at the start."""
        return self.local(self.started_at).date()

    def local(self, at: datetime) -> datetime:
        """`at` on the stores' wall clocks."""
        return at.astimezone(timezone(timedelta(hours=self.offset_h)))

    def at(self, day: date, hour: int, minute: int = 0, second: int = 0) -> datetime:
        """UTC of a local time of `day`; `hour` 24 is the midnight that ends it."""
        zone = timezone(timedelta(hours=self.offset_h))
        midnight = datetime.combine(day, time(0), tzinfo=zone)
        return (midnight + timedelta(hours=hour, minutes=minute, seconds=second)).astimezone(UTC)

    def days_ago(self, days: int) -> date:
        """The date `days` before today."""
        return self.today - timedelta(days=days)

    def history(self) -> tuple[date, ...]:
        """The 14 days before today, oldest first, then today."""
        return tuple(self.days_ago(days) for days in range(HISTORY_DAYS, -1, -1))


def demo_time(now: datetime) -> DemoTime:
    """Demo time for a start at `now`: whole hours of offset, so that it is between 14:00 and 15:00.

    Such an offset always exists: Etc/GMT-14 to Etc/GMT+12 cover a full turn of the clock.
    """
    return DemoTime(started_at=now.astimezone(UTC), offset_h=AFTERNOON_H - now.astimezone(UTC).hour)
