"""What the device knows about itself now: the one view behind its page and /status.json."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from device_profiles.device import DeviceProfile
from edge_agent.core.alarms import AlarmSeen, latest_alarms
from edge_agent.core.health import Health, PartHealth
from edge_agent.core.seen import Seen
from edge_agent.till.pricing import business_day_of
from sync.core.clock import Clock
from sync.link.link_state import LinkState, LinkStatus
from sync.outbox.lane_books import LaneBooks
from sync.outbox.outbox import Outbox

ALARMS_SHOWN = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Another page of this device."""

    href: str
    en: str
    zh: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceStatus:
    """The page's whole content. `zone` is the store's, in which the page tells times; until
    `maintenance_until` somebody works at the device; `away_since` is since when the hub cannot be
    reached, None while it can or none was given."""

    device_id: str
    store_id: str
    kind: str
    simulated: bool
    now: datetime
    zone: str
    link: LinkStatus
    away_since: datetime | None
    parts: tuple[PartHealth, ...]
    seen: tuple[Seen, ...]
    alarms: tuple[AlarmSeen, ...]
    lanes: tuple[LaneBooks, ...]
    pictures: tuple[str, ...]
    links: tuple[Link, ...] = ()
    maintenance_until: datetime | None = None

    @property
    def is_balanced(self) -> bool:
        """Whether every event is accounted for."""
        return all(lane.balanced for lane in self.lanes)

    @property
    def waiting(self) -> int:
        """Events that the hub has not acknowledged yet."""
        return sum(lane.waiting for lane in self.lanes)


@dataclass(slots=True, kw_only=True)
class StatusBoard:
    """Where the parts leave what they see, and where the page takes it."""

    profile: DeviceProfile
    outbox: Outbox
    health: Health
    clock: Clock
    link: LinkStatus = field(
        default_factory=lambda: LinkStatus(state=LinkState.OFFLINE, detail="no hub given")
    )
    sights: list[Callable[[], tuple[Seen, ...]]] = field(default_factory=list)
    pictures: dict[str, Callable[[], bytes | None]] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    maintenance_until: Callable[[], datetime | None] = lambda: None
    _away_s: float | None = None

    def note_link(self, link: LinkStatus) -> None:
        """How the link stands from now on. A hub that refuses or fences was reached."""
        if link.state not in (LinkState.OFFLINE, LinkState.GREETING):
            self._away_s = None
        elif self._away_s is None:
            # The clock on the wall may be put right meanwhile.
            self._away_s = self.clock.monotonic_s()
        self.link = link

    def _away_since(self, now: datetime) -> datetime | None:
        if self._away_s is None:
            return None
        return now - timedelta(seconds=self.clock.monotonic_s() - self._away_s)

    def look(self) -> DeviceStatus:
        """Everything as it stands now. Reads the file: call it in a thread."""
        now = self.clock.now()
        with self.outbox.reading() as connection:
            alarms = latest_alarms(connection, count=ALARMS_SHOWN)
            counted = _counted_today(connection, self._day(now))
        return DeviceStatus(
            device_id=self.profile.device_id,
            store_id=self.profile.store_id,
            kind=self.profile.kind,
            simulated=self.profile.simulated,
            now=now,
            zone=self.profile.time_zone,
            link=self.link,
            away_since=self._away_since(now),
            parts=self.health.look(now_s=self.clock.monotonic_s()),
            seen=tuple(one for sight in self.sights for one in sight()) + counted,
            alarms=tuple(alarms),
            lanes=tuple(self.outbox.books()),
            pictures=tuple(self.pictures),
            links=tuple(self.links),
            maintenance_until=self.maintenance_until(),
        )

    def _day(self, now: datetime) -> str:
        closes_h = self.profile.till.register_closes_at_h if self.profile.till else 0
        zone = ZoneInfo(self.profile.time_zone)
        return business_day_of(now, zone=zone, register_closes_at_h=closes_h).isoformat()


WORDS_COUNTED = {
    ("receipts", "sale"): ("sales today", "今日销售单"),
    ("receipts", "return"): ("returns today", "今日退货单"),
    ("receipts", "void"): ("voids today", "今日作废单"),
    ("receipts", "no-sale"): ("drawer openings today", "今日开钱箱"),
    ("amount", "all"): ("takings today", "今日收款"),
    ("entries", "all"): ("people in today", "今日进店"),
    ("exits", "all"): ("people out today", "今日离店"),
    ("staff", "all"): ("staff left out today", "今日剔除员工"),
    ("photos", "all"): ("photos today", "今日照片"),
}
"""What is counted by day, in both languages."""


def _counted_today(connection: sqlite3.Connection, day: str) -> tuple[Seen, ...]:
    rows = connection.execute(
        "SELECT what, subject, number FROM day_count WHERE day = ? ORDER BY what DESC, subject",
        (day,),
    ).fetchall()
    return tuple(
        Seen(
            en=WORDS_COUNTED[what, subject][0],
            zh=WORDS_COUNTED[what, subject][1],
            value=f"{number:,.2f}" if what == "amount" else f"{number:,.0f}",
        )
        for what, subject, number in rows
        if (what, subject) in WORDS_COUNTED
    )
