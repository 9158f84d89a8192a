"""Coolers' readings through the hub's own ingest, and what the hub makes of them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

import numpy as np

from cloud_hub.coolers.health.findings import find_cooler_warnings
from cloud_hub.core.hub import Hub
from cloud_hub.core.storage.database import Database
from cloud_hub.insight.finding import Finding
from cloud_hub.insight.metric import Aspect, Metric
from cloud_hub.insight.snapshot import load_snapshot
from cloud_hub.insight.sums import total
from cloud_hub.insight.window import between
from cloud_hub.link.ingest.ingest import Ingest
from cloud_hub.master_data.chain import read_chain
from simulators.day.cooler_physics import (
    CLOSES_MIN,
    MINUTES_A_DAY,
    OPENS_MIN,
    Around,
    Breaking,
    Floats,
    Machines,
    play,
)
from sync.core.clock import ManualClock
from sync.events import CoolerRead
from tests.talking_device import NOON, TalkingDevice

DAY = timedelta(days=1)
EVENING = NOON + timedelta(hours=10)
"""22:00 in the stores, which open at 07:00."""
STEP_S = 900
STEPS = 96


def day_read(
    start: datetime, duty: float, *, warm: float = 4.0, steps: int = STEPS, watts: float = 200.0
) -> CoolerRead:
    """Quarter hours of a cooler that runs `duty` of the time, give or take."""
    rng = Random(start.isoformat())
    return CoolerRead(
        fixture_id="s01-a",
        started_at=start,
        interval_s=STEP_S,
        temperature_c=tuple(round(warm + rng.gauss(0, 0.1), 2) for _ in range(steps)),
        compressor_duty=tuple(round(min(1.0, duty + rng.gauss(0, 0.01)), 3) for _ in range(steps)),
        door_open_s=(20.0,) * steps,
        others={"power": (watts,) * steps},
    )


@dataclass
class Fleet:
    """A hub, one cooler that speaks to it, and the hub's clock."""

    ingest: Ingest
    database: Database
    hub: Hub
    clock: ManualClock

    def hear(
        self, *bodies: CoolerRead, store: str = "s01", nonce: str = "n1", epoch: int = 1
    ) -> None:
        cooler = TalkingDevice(store, "cooler", nonce=nonce, epoch=epoch)
        cooler.say(*bodies)
        messages = [
            cooler.hello(received_at=self.clock.now()),
            *cooler.batches(received_at=self.clock.now()),
        ]
        assert self.ingest.take(messages).tally.dead == 0

    def found(self) -> list[Finding]:
        with self.hub.sessions() as session:
            snapshot = load_snapshot(session, "linguang", self.clock.now())
            assert snapshot is not None
            return list(find_cooler_warnings(snapshot))

    def measured(self, metric: Metric, *, days: int) -> object:
        with self.hub.sessions() as session:
            chain = read_chain(session, "linguang")
            assert chain is not None
            now = self.clock.now()
            today = now.date()
            hours = [store.hours for store in chain.stores.values()]
            window = between("linguang", hours, today - days * DAY, today - DAY, now)
            return metric.value(total(metric.measure(session, window, Aspect()).values()))


def history(days: int, *, ill_from: int = 0, since: datetime = EVENING) -> list[CoolerRead]:
    """So many whole days before `since`, of which the last `ill_from` are those of a failing
    cooler."""
    return [
        day_read(since - back * DAY, 0.97 if back <= ill_from else 0.62)
        for back in range(days, 0, -1)
    ]


def machines_read(count: int, days: int, worn: Breaking) -> list[list[CoolerRead]]:
    """What so many simulated machines say in the days before EVENING, half a day an event; the
    store of each is open from 07:00 to 23:00 of its own."""
    rng = np.random.default_rng(11)
    shape = (days * MINUTES_A_DAY, count)
    # A run begins at midnight of the stores; EVENING is two hours before one.
    start = EVENING + timedelta(hours=2) - days * DAY
    of_day = np.arange(shape[0])[:, None] % MINUTES_A_DAY
    is_open = (of_day >= OPENS_MIN) & (of_day < CLOSES_MIN)
    around = Around(
        room_c=22.0 + rng.normal(0.0, 0.3, shape),
        open_s=np.where(is_open, np.minimum(60.0, 7.0 * rng.poisson(0.1, shape)), 0.0),
        warm_w=np.zeros(shape),
        has_power=np.ones(shape, bool),
        saves=np.zeros(shape, bool),
        defrost_longer=np.ones(shape),
        leaks_more=np.ones(shape),
    )
    seen = play(Machines.drawn(count, rng), around, (worn,), rng)
    half = MINUTES_A_DAY * 60 // seen.interval_s // 2
    return [
        [
            CoolerRead(
                fixture_id=f"s{cooler + 1:02d}-a",
                started_at=start + timedelta(seconds=first * seen.interval_s),
                interval_s=seen.interval_s,
                temperature_c=_told(seen.temperature_c[first : first + half, cooler], 2),
                compressor_duty=_told(seen.duty[first : first + half, cooler], 3),
                door_open_s=_told(seen.open_s[first : first + half, cooler], 1),
            )
            for first in range(0, len(seen.duty), half)
        ]
        for cooler in range(count)
    ]


def _told(values: Floats, places: int) -> tuple[float, ...]:
    return tuple(round(float(value), places) for value in values)
