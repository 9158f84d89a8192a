"""An outbox under a clock that the test moves."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from sync.core.clock import ManualClock
from sync.events import Alarm, AlarmState, CoolerRead, MediaTaken, Receipt
from sync.outbox.outbox import Outbox

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
QUOTA = 16 << 20


class Bodies:
    """Events of every lane that tests need."""

    @staticmethod
    def sale(number: int = 1) -> Receipt:
        return Receipt(
            workstation_id="till-1",
            business_day=NOW.date(),
            sequence=number,
            ended_at=NOW,
            currency="CNY",
            lines=(),
        )

    @staticmethod
    def reading(value: float | None = 4.0) -> CoolerRead:
        return CoolerRead(fixture_id="a", started_at=NOW, interval_s=60, temperature_c=(value,))

    @staticmethod
    def alarm(detail: str = "") -> Alarm:
        return Alarm(alarm="too-warm", subject="a", state=AlarmState.RAISED, at=NOW, detail=detail)

    @staticmethod
    def picture() -> MediaTaken:
        return MediaTaken(
            sha256="0" * 64,
            bytes=1,
            media_type="image/jpeg",
            width_px=1,
            height_px=1,
            taken_at=NOW,
            subject="a",
        )


@pytest.fixture
def bodies() -> type[Bodies]:
    return Bodies


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def open_outbox(tmp_path: Path, clock: ManualClock) -> Iterator[Callable[..., Outbox]]:
    """A function that opens the outbox of this test, again and again."""
    made: list[Outbox] = []

    def open_(name: str = "agent.db", quota_bytes: int = QUOTA) -> Outbox:
        outbox = Outbox.open(
            tmp_path / name, clock=clock, quota_bytes=quota_bytes, rng=Random(len(made))
        )
        made.append(outbox)
        return outbox

    yield open_
    for outbox in made:
        outbox.close()


@pytest.fixture
def outbox(open_outbox: Callable[..., Outbox]) -> Outbox:
    return open_outbox()
