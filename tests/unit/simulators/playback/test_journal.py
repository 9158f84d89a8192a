"""What the devices of a store had recorded before the demonstration began."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from simulators.chain.chain import outlets
from simulators.chain.script import Script, SmallDisk
from simulators.core.clock import demo_time
from simulators.day.coolers import READINGS_AN_HOUR
from simulators.day.store_day import StoreDay, StoreSimulation
from simulators.playback.journal import StoreJournal, cooler_entries, journal_of, openings_of
from sync.events import FootfallCounted, Receipt, ZoneOccupied

TIME = demo_time(datetime(2026, 11, 22, 9, 32, tzinfo=UTC))
OUTLET = outlets(1)[0]
DISK = SmallDisk(store_id="s01", device_id="s01-door", since=TIME.at(TIME.today, 11), events=30)


@pytest.fixture(scope="module")
def days() -> list[StoreDay]:
    simulation = StoreSimulation(OUTLET, TIME, Script(), 7)
    return [simulation.play(day) for day in TIME.history()[-2:]]


@pytest.fixture(scope="module")
def journal(days: list[StoreDay]) -> StoreJournal:
    return journal_of(OUTLET, days, TIME, Script(), 7)


@pytest.fixture(scope="module")
def on_small_disk(days: list[StoreDay]) -> StoreJournal:
    return journal_of(OUTLET, days, TIME, Script(small_disks=[DISK]), 7)


def test_till_door_and_cooler_each_have_a_past_in_order_and_none_has_a_future(
    journal: StoreJournal,
) -> None:
    assert set(journal.entries) == {"s01-till", "s01-door", "s01-cooler"}
    for entries in journal.entries.values():
        times = [entry.at for entry in entries]
        assert times == sorted(times)
        assert times[-1] <= TIME.started_at


def test_the_till_recorded_what_was_sold_so_far(
    journal: StoreJournal, days: list[StoreDay]
) -> None:
    told = [entry.body for entry in journal.entries["s01-till"]]
    sold = [r.body for day in days for r in day.records if r.at <= TIME.started_at]
    assert told == sold
    assert any(isinstance(body, Receipt) for body in told)
    assert len(sold) < sum(len(day.records) for day in days), "the day is not over"


def test_the_door_s_hours_hold_every_minute_it_counted(journal: StoreJournal) -> None:
    counted = sum(minute.entries for of_day in journal.minutes.values() for minute in of_day)
    bodies = [entry.body for entry in journal.entries["s01-door"]]
    told = [body for body in bodies if isinstance(body, FootfallCounted)]
    assert sum(sum(body.in_) for body in told) == counted > 0
    assert any(isinstance(body, ZoneOccupied) for body in bodies)


def test_a_small_disk_gives_up_its_minutes_and_no_other(on_small_disk: StoreJournal) -> None:
    given_up = on_small_disk.given_up[TIME.today]
    assert [minute.starts_at for minute in given_up] == [
        DISK.since + timedelta(minutes=number) for number in range(30)
    ]
    lost = [entry for entry in on_small_disk.entries["s01-door"] if entry.is_given_up]
    assert [entry.at for entry in lost] == [
        minute.starts_at + timedelta(minutes=1) for minute in given_up
    ]
    assert not any(
        isinstance(entry.body, ZoneOccupied) for entry in on_small_disk.entries["s01-door"]
    )


def test_without_a_small_disk_nothing_is_given_up(journal: StoreJournal) -> None:
    assert not any(journal.given_up.values())
    assert not any(entry.is_given_up for of in journal.entries.values() for entry in of)


def test_openings_are_those_of_the_time_between(days: list[StoreDay]) -> None:
    openings = openings_of(days)
    noon, evening = TIME.at(days[0].day, 12), TIME.at(days[0].day, 22)
    midnight = TIME.at(days[0].day, 0)
    assert openings(midnight, noon) + openings(noon, evening) == openings(midnight, evening) > 0
    assert openings(noon, noon) == 0
    assert openings_of([])(midnight, evening) == 0


def test_a_cooler_reads_day_and_night_as_far_as_quarters_are_over() -> None:
    def none(begins_at: datetime, ends_at: datetime) -> int:
        return 0

    starts_at = TIME.started_at - timedelta(minutes=100)
    whole, rest = cooler_entries("s01-a", starts_at, none, TIME, Random(1))
    assert len(whole.body.temperature_c) == READINGS_AN_HOUR
    assert len(rest.body.temperature_c) == 2, "40 minutes are two full quarters"
    assert (whole.at, rest.at) == (
        starts_at + timedelta(hours=1),
        starts_at + timedelta(minutes=90),
    )
    assert cooler_entries("s01-a", TIME.started_at, none, TIME, Random(1)) == []
