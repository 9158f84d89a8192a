"""Clocks of a device: what it believes the time is, and how far that may be trusted.

Order, expiry and dedupe use sequence numbers and monotonic time alone; the wall clock only
describes. Devices boot in 1970.
"""

import logging
import os
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from sync.core.errors import InvalidClock
from sync.events import ClockState, Stamp

log = logging.getLogger(__name__)

EARLIEST_BELIEVABLE = datetime(2026, 11, 1, tzinfo=UTC)
"""Before this software existed; a wall clock earlier than that is wrong."""
LATEST_BELIEVABLE = EARLIEST_BELIEVABLE + timedelta(days=20 * 365)
SKEW_ALLOWED_S = 300.0
"""A wall clock this far from the hub's is not trusted. Source: FAILURES, section 4, Time."""
AHEAD_VARIABLE = "AISLE_CLOCK_AHEAD_S"
"""To rehearse another day: in this process, and in those that it starts, the wall clock is so many
seconds ahead of the machine's. A device alone on such a day is one whose clock is wrong."""


class Clock(Protocol):
    """A source of time, passed in wherever time is needed."""

    def stamp(self) -> Stamp:
        """When something recorded now was recorded."""

    def now(self) -> datetime:
        """The wall clock, aware UTC."""

    def monotonic_s(self) -> float:
        """Seconds that never go back while the device is on."""

    def learn(self, hub_at: datetime) -> None:
        """Compare with the hub's time, from its answer to a hello."""


def _boot_id() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        # No such file outside Linux: then every start counts as a boot, which is only stricter.
        return secrets.token_hex(16)


def _believable(moment: datetime) -> bool:
    return EARLIEST_BELIEVABLE <= moment <= LATEST_BELIEVABLE


def _told_ahead(environment: Mapping[str, str]) -> timedelta:
    text = environment.get(AHEAD_VARIABLE, "0")
    try:
        ahead = timedelta(seconds=float(text))
    except (ValueError, OverflowError):
        ahead = timedelta.max
    if abs(ahead) > LATEST_BELIEVABLE - EARLIEST_BELIEVABLE:
        raise InvalidClock(
            f"{AHEAD_VARIABLE} is {text!r}: give seconds, for example 86400, or leave it out"
        )
    if ahead:
        log.warning(
            "the clock is %s s ahead of the machine's, as told", f"{ahead.total_seconds():g}"
        )
    return ahead


class SystemClock:
    """The machine's own clocks, the wall clock `ahead` of it where another day is rehearsed (as
    AISLE_CLOCK_AHEAD_S says, if not given). Trusted while the wall clock is believable and, once
    the hub has answered, within five minutes of the hub's.

    Raises InvalidClock where the variable is no number of seconds.
    """

    def __init__(self, *, ahead: timedelta | None = None) -> None:
        self.ahead = _told_ahead(os.environ) if ahead is None else ahead
        self._boot_id = _boot_id()
        self._skewed = False
        # Counts on while a device sleeps, where the kernel can do that.
        self._clock_id = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)

    def stamp(self) -> Stamp:
        """When something recorded now was recorded."""
        now = self.now()
        trusted = _believable(now) and not self._skewed
        return Stamp(
            boot_id=self._boot_id,
            monotonic_ms=time.clock_gettime_ns(self._clock_id) // 1_000_000,
            wall_at=now,
            clock=ClockState.TRUSTED if trusted else ClockState.UNTRUSTED,
        )

    def now(self) -> datetime:
        """The wall clock, aware UTC."""
        return datetime.now(UTC) + self.ahead

    def monotonic_s(self) -> float:
        """Seconds since boot."""
        return time.clock_gettime(self._clock_id)

    def learn(self, hub_at: datetime) -> None:
        """Stop trusting a wall clock that is far from the hub's, trust it again once it is near."""
        self._skewed = abs((self.now() - hub_at).total_seconds()) > SKEW_ALLOWED_S


class ManualClock:
    """A clock that moves only when told to: for simulators, imports and tests."""

    def __init__(
        self,
        now: datetime,
        *,
        boot_id: str = "manual",
        monotonic_s: float = 0.0,
        trusted: bool = True,
    ) -> None:
        self._now = now
        self.boot_id = boot_id
        self._monotonic_s = monotonic_s
        self.trusted = trusted

    def stamp(self) -> Stamp:
        """When something recorded now was recorded."""
        return Stamp(
            boot_id=self.boot_id,
            monotonic_ms=round(self._monotonic_s * 1000),
            wall_at=self._now,
            clock=ClockState.TRUSTED if self.trusted else ClockState.UNTRUSTED,
        )

    def now(self) -> datetime:
        """The time it was set to."""
        return self._now

    def monotonic_s(self) -> float:
        """Seconds it was advanced by."""
        return self._monotonic_s

    def learn(self, hub_at: datetime) -> None:
        """Nothing: this clock says what it was told."""

    def advance(self, seconds: float) -> None:
        """Let time pass; both clocks move together."""
        self._now += timedelta(seconds=seconds)
        self._monotonic_s += seconds

    def set(self, now: datetime) -> None:
        """Move the wall clock. Monotonic time follows it forward and stands still backward."""
        self._monotonic_s += max(0.0, (now - self._now).total_seconds())
        self._now = now

    def jump(self, seconds: float) -> None:
        """Move only the wall clock, as a bad time source does."""
        self._now += timedelta(seconds=seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """A moment at which a device's monotonic clock and the true time were known together."""

    boot_id: str
    monotonic_ms: int
    true_at: datetime


def placed_at(stamp: Stamp, anchor: Anchor | None) -> datetime:
    """When something was recorded, in true time: a trusted stamp's own wall time, else counted by
    the monotonic clock from an anchor of the same boot, else the wall time for want of better."""
    if stamp.clock is ClockState.TRUSTED or anchor is None or anchor.boot_id != stamp.boot_id:
        return stamp.wall_at
    return anchor.true_at + timedelta(milliseconds=stamp.monotonic_ms - anchor.monotonic_ms)
