"""What a slow queue makes the hub find, what it says it cost; and what is no slow queue."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from cloud_hub.insight.finding import Finding
from cloud_hub.insight.search import find_problems
from cloud_hub.insight.snapshot import load_snapshot
from cloud_hub.master_data.editing import edit_store
from cloud_hub.register import SEARCHES
from cloud_hub.traffic.queue_findings import SLOW_QUEUE, find_slow_queues
from device_profiles.store import LoginRole
from tests.small_chain import NOW, TENANT, TODAY, WATER, SmallChain, local


@pytest.fixture
def chain(tmp_path: Path) -> SmallChain:
    return SmallChain.open(tmp_path, stores=2)


def found(chain: SmallChain) -> list[Finding]:
    with chain.reading() as session:
        return [
            each for each in find_problems(session, TENANT, NOW, SEARCHES) if each.store_id == "s02"
        ]


def noon(chain: SmallChain, *, days_ago: int, entries: int, receipts: int) -> None:
    """What the store saw and sold between 12:00 and 12:45 of one day."""
    day = TODAY - timedelta(days=days_ago)
    for minute in range(45):
        chain.minute(local(12, minute, day=day), entries if minute == 20 else 0, store_id="s02")
    for number in range(receipts):
        at = local(12, number % 45, day=day)
        chain.receipt(at, (WATER, "1", "20.00"), store_id="s02", day=day)


def waiting(chain: SmallChain, first: int, wait_s: float, *, quarters: int = 2) -> None:
    """Six people wait in the middle of each quarter of the hour from 12:`first` on."""
    for quarter in range(quarters):
        at = local(12, first + 15 * quarter)
        chain.zone(at, *([wait_s] * 6), store_id="s02", queue=9)


def test_a_slow_queue_is_told_with_the_baskets_it_cost(chain: SmallChain) -> None:
    for days_ago in (1, 2, 7):
        noon(chain, days_ago=days_ago, entries=60, receipts=30)
    noon(chain, days_ago=0, entries=80, receipts=20)
    waiting(chain, 15, 392.0)
    (slow,) = found(chain)
    assert (slow.kind, slow.owner) == (SLOW_QUEUE, LoginRole.STORE)
    assert slow.since == local(12, 15)
    assert "up to 9 from 12:15 to 12:45" in slow.sentence.text("en")
    assert "6:32" in slow.sentence.text("en")
    assert "about 20 baskets lost" in slow.sentence.text("en")
    assert slow.cost is not None
    assert slow.cost.amount == Decimal(400)
    assert "50 % × 80 people in = 40.0 receipts − 20" in slow.cost.formula.text("en")
    assert slow.task is not None
    assert "one more till from 12:15 to 12:45" in slow.task.text("en")


def test_without_a_history_the_queue_is_told_and_no_money_is_claimed(chain: SmallChain) -> None:
    noon(chain, days_ago=0, entries=80, receipts=20)
    waiting(chain, 15, 392.0)
    (slow,) = found(chain)
    assert slow.cost is None
    assert "lost" not in slow.sentence.text("en")


def test_people_who_bought_as_usual_cost_nothing(chain: SmallChain) -> None:
    for days_ago in (1, 2):
        noon(chain, days_ago=days_ago, entries=60, receipts=30)
    noon(chain, days_ago=0, entries=80, receipts=42)
    waiting(chain, 15, 392.0)
    (slow,) = found(chain)
    assert slow.cost is None


@pytest.mark.parametrize(
    ("wait_s", "quarters"), [(200.0, 2), (392.0, 1)], ids=["short waits", "one quarter alone"]
)
def test_a_queue_that_moves_is_nobodys_problem(
    chain: SmallChain, wait_s: float, quarters: int
) -> None:
    waiting(chain, 15, wait_s, quarters=quarters)
    assert found(chain) == []


def test_one_slow_customer_is_no_slow_queue(chain: SmallChain) -> None:
    for minute in (15, 30):
        chain.zone(local(12, minute), 900.0, store_id="s02", queue=1)
    assert found(chain) == []


def test_minutes_in_which_the_door_was_blind_are_not_held_against_the_queue(
    chain: SmallChain,
) -> None:
    for days_ago in (1, 2):
        noon(chain, days_ago=days_ago, entries=60, receipts=30)
    for minute in range(45):
        chain.minute(local(12, minute), 2, store_id="s02", watched_s=20.0)
    waiting(chain, 15, 392.0)
    (slow,) = found(chain)
    assert slow.cost is None


def test_no_baskets_are_claimed_while_one_of_two_doors_is_silent(chain: SmallChain) -> None:
    for days_ago in (1, 2, 7):
        noon(chain, days_ago=days_ago, entries=60, receipts=30)
        for minute in range(45):
            at = local(12, minute, day=TODAY - timedelta(days=days_ago))
            chain.minute(at, 0, store_id="s02", line_id="back", device_id="s02-other")
    noon(chain, days_ago=0, entries=80, receipts=20)
    waiting(chain, 15, 392.0)
    (slow,) = found(chain)
    assert slow.cost is None


def test_what_is_usual_is_told_by_the_clock_on_the_wall_when_clocks_have_changed(
    chain: SmallChain,
) -> None:
    """The same, five hours to the west, three days after the clocks went forward."""
    zone = ZoneInfo("America/New_York")
    now = datetime(2026, 3, 10, 18, tzinfo=UTC)
    chain.flush()
    with chain.database.writing() as session:
        edit_store(session, TENANT, "s02", {"time_zone": zone.key}, None)
    for day, entries, receipts in ((6, 2, 30), (7, 2, 30), (10, 2, 15)):
        noon_there = datetime(2026, 3, day, 12, tzinfo=zone).astimezone(UTC)
        for minute in range(45):
            at = noon_there + timedelta(minutes=minute)
            chain.minute(at, entries, store_id="s02", day=at.date())
            if minute < receipts:
                chain.receipt(at, (WATER, "1", "20.00"), store_id="s02", day=at.date())
        if day == 10:
            for quarter in (1, 2):
                at = noon_there + timedelta(minutes=15 * quarter)
                chain.zone(at, *([392.0] * 6), store_id="s02", queue=9)
    with chain.reading() as session:
        snapshot = load_snapshot(session, TENANT, now)
        assert snapshot is not None
        (slow,) = find_slow_queues(snapshot)
    assert slow.cost is not None
