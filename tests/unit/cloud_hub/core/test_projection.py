"""What projections are told of a fact, and what they answer."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from cloud_hub.core.keys.handle_encryption import HandleKeys
from cloud_hub.core.keys.key_store import load_secrets
from cloud_hub.core.media_store import Pictures
from cloud_hub.core.projection import Fact, Outcome, Projecting
from cloud_hub.core.storage.database import Database
from sync.events import Alarm, AlarmState

AT = datetime(2026, 3, 28, 12, tzinfo=UTC)
ALARM = Alarm(alarm="too-warm", subject="a", state=AlarmState.RAISED, at=AT)


@pytest.fixture
def work(hub_database: Database, tmp_path: Path) -> Iterator[Projecting]:
    with hub_database.sessions() as session:
        yield Projecting(
            session=session,
            identities=HandleKeys(load_secrets(tmp_path)),
            pictures=Pictures(tmp_path, limit_bytes=1),
            now=AT,
            zones={
                ("t", "berlin"): ZoneInfo("Europe/Berlin"),
                ("t", "shanghai"): ZoneInfo("Asia/Shanghai"),
            },
        )


def fact(store_id: str = "berlin", seq: int = 1) -> Fact[Alarm]:
    return Fact(
        tenant_id="t",
        store_id=store_id,
        device_id="till",
        epoch=2,
        lane=0,
        seq=seq,
        occurred_at=AT,
        received_at=AT,
        body=ALARM,
    )


def test_a_fact_is_named_by_its_device_and_number() -> None:
    assert fact(seq=7).event_id == "till/2/0/7"
    assert fact(seq=7).key == ("t", "till", 2, 0, 7)


def test_a_refused_fact_is_dead_with_its_reason_and_a_repeated_one_is_not(work: Projecting) -> None:
    work.refuse(fact(seq=1), "two lines have the same number")
    work.repeated(fact(seq=2))
    assert work.outcomes == {fact(seq=1).key: Outcome.DEAD, fact(seq=2).key: Outcome.REPEATED}
    assert work.errors == {fact(seq=1).key: "two lines have the same number"}


def test_a_moments_business_day_is_that_of_the_facts_store(work: Projecting) -> None:
    for hours in range(72):
        at = AT + timedelta(hours=hours)
        for store_id, zone in (("berlin", "Europe/Berlin"), ("shanghai", "Asia/Shanghai")):
            local = at.astimezone(ZoneInfo(zone))
            wanted = local.date() - timedelta(days=local.hour < 4)
            assert work.business_day(fact(store_id), at) == wanted
    assert work.business_day(fact(), AT) == date(2026, 3, 28)
