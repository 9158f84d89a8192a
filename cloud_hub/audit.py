"""The audit of the link: for every device and lane, produced = received + declared lost + waiting.

Waiting is what the device still holds: numbers from its own `base` on that are neither here nor
declared lost. A number below `base` that is nowhere breaks the equation, and is shown.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.model.link import LaneClaim, LostRange, ReceivedRange, ResendCount
from sync.arrivals import RangeSet

EpochLane = tuple[str, int, int]
"""device, epoch, lane."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneBalance:
    """The books of one lane of a device, all its epochs added up. `resent`: how many events came
    more than once; each is counted once."""

    device_id: str
    lane: int
    produced: int
    received: int
    lost: int
    waiting: int
    resent: int

    @property
    def is_balanced(self) -> bool:
        """Whether every event produced is accounted for."""
        return self.produced == self.received + self.lost + self.waiting


def lane_balances(
    session: Session, tenant_id: str, device_id: str | None = None
) -> list[LaneBalance]:
    """The books of every lane that was ever heard of, by device and lane."""
    arrived = _ranges(session, ReceivedRange, tenant_id, device_id)
    lost = _ranges(session, LostRange, tenant_id, device_id)
    claims = _claims(session, tenant_id, device_id)
    resent = _resent(session, tenant_id, device_id)
    sums: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0, 0, 0, 0])
    for key in {*arrived, *lost, *claims}:
        produced, base = claims.get(key, (0, 1))
        here, gone = RangeSet.of(arrived.get(key, ())), RangeSet.of(lost.get(key, ()))
        for first, last in here.ranges():
            gone.subtract(first, last)
        produced = max(produced, _highest(here), _highest(gone))
        total = sums[key[0], key[2]]
        total[0] += produced
        total[1] += len(here)
        total[2] += len(gone)
        total[3] += _waiting(here, gone, base, produced)
        total[4] += resent.get(key, 0)
    return [
        LaneBalance(
            device_id=device,
            lane=lane,
            produced=produced,
            received=received,
            lost=lost_count,
            waiting=waiting,
            resent=again,
        )
        for (device, lane), (produced, received, lost_count, waiting, again) in sorted(sums.items())
    ]


def _waiting(here: RangeSet, gone: RangeSet, base: int, produced: int) -> int:
    accounted = RangeSet.of([*here.ranges(), *gone.ranges()])
    if produced < base:
        return 0
    return sum(last - first + 1 for first, last in accounted.missing(base, produced))


def _highest(numbers: RangeSet) -> int:
    return max((last for _, last in numbers.ranges()), default=0)


def _ranges(
    session: Session,
    table: type[ReceivedRange] | type[LostRange],
    tenant_id: str,
    device_id: str | None,
) -> dict[EpochLane, list[tuple[int, int]]]:
    query = sa.select(table.device_id, table.epoch, table.lane, table.first, table.last).where(
        table.tenant_id == tenant_id
    )
    if device_id is not None:
        query = query.where(table.device_id == device_id)
    found: dict[EpochLane, list[tuple[int, int]]] = defaultdict(list)
    for device, epoch, lane, first, last in session.execute(query):
        found[device, epoch, lane].append((first, last))
    return found


def _claims(
    session: Session, tenant_id: str, device_id: str | None
) -> dict[EpochLane, tuple[int, int]]:
    """What each lane's device says: how many it produced, and the lowest number it still holds."""
    query = sa.select(
        LaneClaim.device_id, LaneClaim.epoch, LaneClaim.lane, LaneClaim.next_seq, LaneClaim.base
    ).where(LaneClaim.tenant_id == tenant_id)
    if device_id is not None:
        query = query.where(LaneClaim.device_id == device_id)
    return {
        (device, epoch, lane): (next_seq - 1, base)
        for device, epoch, lane, next_seq, base in session.execute(query)
    }


def _resent(session: Session, tenant_id: str, device_id: str | None) -> dict[EpochLane, int]:
    query = sa.select(
        ResendCount.device_id, ResendCount.epoch, ResendCount.lane, ResendCount.events
    ).where(ResendCount.tenant_id == tenant_id)
    if device_id is not None:
        query = query.where(ResendCount.device_id == device_id)
    return {(device, epoch, lane): n for device, epoch, lane, n in session.execute(query)}


def all_balanced(books: Iterable[LaneBalance]) -> bool:
    """Whether every lane adds up."""
    return all(lane.is_balanced for lane in books)
