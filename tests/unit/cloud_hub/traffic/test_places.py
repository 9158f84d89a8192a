"""Which lines and zones a day should have been watched at, whatever else is asked about."""

from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from cloud_hub.core.storage.database import Database
from cloud_hub.insight.metric import Aspect, Metric
from cloud_hub.insight.sums import Cells, total
from cloud_hub.insight.window import Window, between
from cloud_hub.master_data.chain import read_chain
from cloud_hub.master_data.editing import edit_store
from cloud_hub.master_data.place_tables import DeviceRow
from cloud_hub.traffic.metrics import CONVERSION, FOOTFALL
from cloud_hub.traffic.places import Seen, WatchedAt, note_places, places_due
from cloud_hub.traffic.tables import WatchedPlace
from cloud_hub.traffic.zone_metrics import QUEUE_LENGTH
from tests.small_chain import NOW, TENANT, TODAY, WATER, SmallChain, local

DAY = timedelta(days=1)
FIRST = TODAY - 7 * DAY


@pytest.fixture
def chain(tmp_path: Path) -> SmallChain:
    """A store that is open from 9 to 11."""
    chain = SmallChain.open(tmp_path)
    with chain.database.writing() as session:
        hours = {"opening_hours": {"opens": "09:00", "closes": "11:00"}}
        edit_store(session, TENANT, "s01", hours, None)
    return chain


def window(chain: SmallChain, first: date, last: date) -> Window:
    with chain.reading() as session:
        known = read_chain(session, TENANT)
    assert known is not None
    return between(TENANT, [known.stores["s01"].hours], first, last, NOW)


def cells(chain: SmallChain, metric: Metric, first: date, last: date) -> Cells:
    days = window(chain, first, last)
    with chain.reading() as session:
        return metric.measure(session, days, Aspect())


def asked(
    chain: SmallChain, metric: Metric, day: date, *, within: tuple[date, date] | None = None
) -> tuple[float | None, float | None]:
    """Value and coverage of a day, asked alone or within a longer time."""
    first, last = within or (day, day)
    found = cells(chain, metric, first, last)
    whole = total(sums for cell, sums in found.items() if cell.day == day)
    value = metric.value(whole)
    coverage = None if whole is None else whole.coverage
    return None if value is None else float(value), coverage


def watch(
    chain: SmallChain,
    day: date,
    entries: int,
    *,
    line_id: str = "door-a",
    device_id: str = "s01-door",
    watched_s: float = 60.0,
) -> None:
    """The two opening hours, with so many entries each minute."""
    for minute in range(120):
        chain.minute(
            local(9 + minute // 60, minute % 60, day=day),
            entries,
            line_id=line_id,
            device_id=device_id,
            watched_s=watched_s,
        )


def sell(chain: SmallChain, day: date, count: int) -> None:
    for number in range(count):
        chain.receipt(local(9, number % 60, day=day), (WATER, "1", "1.00"))


def test_a_second_door_on_the_seventh_day_changes_no_day_before_it(chain: SmallChain) -> None:
    days = [FIRST + n * DAY for n in range(7)]
    for day in days:
        watch(chain, day, 1)
        sell(chain, day, 30)
    watch(chain, days[-1], 2, line_id="door-b")
    for day in days[:-1]:
        for within in (None, (days[0], days[-1]), (day, days[-1])):
            assert asked(chain, CONVERSION, day, within=within) == (0.25, 1.0)
            assert asked(chain, FOOTFALL, day, within=within) == (120, 1.0)
    week = total(cells(chain, CONVERSION, days[0], days[-1]).values())
    assert week is not None
    assert (week.amount, week.base) == (210, 1080)
    assert asked(chain, FOOTFALL, days[-1]) == (360, 1.0)


def test_a_door_that_falls_silent_is_missed_from_then_on_and_not_before(chain: SmallChain) -> None:
    days = [FIRST + n * DAY for n in range(4)]
    for day in days:
        watch(chain, day, 1)
    for day in days[:2]:
        watch(chain, day, 1, line_id="door-b", device_id="s01-door-b")
    sell(chain, days[2], 30)
    assert [asked(chain, FOOTFALL, day)[1] for day in days] == [1.0, 1.0, 0.5, 0.5]
    assert asked(chain, CONVERSION, days[2]) == (None, 0.5)


def test_a_day_of_which_every_door_is_silent_has_no_data(chain: SmallChain) -> None:
    watch(chain, FIRST, 1)
    for within in (None, (FIRST, FIRST + DAY)):
        assert asked(chain, FOOTFALL, FIRST + DAY, within=within) == (None, 0.0)


def test_before_its_first_door_a_store_has_nothing_to_watch(chain: SmallChain) -> None:
    watch(chain, FIRST, 1)
    assert cells(chain, FOOTFALL, FIRST - DAY, FIRST - DAY) == {}
    assert asked(chain, FOOTFALL, FIRST - DAY, within=(FIRST - DAY, FIRST)) == (None, None)


def test_two_devices_with_one_name_for_a_line_are_both_seen(chain: SmallChain) -> None:
    watch(chain, FIRST, 7)
    watch(chain, FIRST, 0, device_id="s01-other", watched_s=0.0)
    sell(chain, FIRST, 30)
    assert asked(chain, FOOTFALL, FIRST) == (840, 0.5)
    assert asked(chain, CONVERSION, FIRST) == (None, 0.5)


def test_two_devices_with_one_name_for_a_line_and_both_awake_are_added_up(
    chain: SmallChain,
) -> None:
    watch(chain, FIRST, 1)
    watch(chain, FIRST, 2, device_id="s01-other")
    sell(chain, FIRST, 36)
    assert asked(chain, FOOTFALL, FIRST) == (360, 1.0)
    assert asked(chain, CONVERSION, FIRST) == (0.1, 1.0)


def test_a_device_that_takes_over_a_line_replaces_the_one_before(chain: SmallChain) -> None:
    watch(chain, FIRST, 1)
    for n in (1, 2):
        watch(chain, FIRST + n * DAY, 1, device_id="s01-new")
    assert [asked(chain, FOOTFALL, FIRST + n * DAY)[1] for n in range(3)] == [1.0, 1.0, 1.0]


def test_two_devices_that_began_together_never_replace_each_other(chain: SmallChain) -> None:
    for n in range(3):
        watch(chain, FIRST + n * DAY, 1)
    watch(chain, FIRST, 1, device_id="s01-other")
    assert [asked(chain, FOOTFALL, FIRST + n * DAY)[1] for n in range(3)] == [1.0, 0.5, 0.5]


def test_a_line_that_its_device_speaks_of_no_more_is_gone(chain: SmallChain) -> None:
    watch(chain, FIRST, 1, line_id="front")
    for n in (1, 2):
        watch(chain, FIRST + n * DAY, 1, line_id="entrance-north")
    assert [asked(chain, FOOTFALL, FIRST + n * DAY)[1] for n in range(3)] == [1.0, 1.0, 1.0]


def test_a_door_whose_device_has_left_the_chain_is_missed_until_then(chain: SmallChain) -> None:
    for n in range(4):
        watch(chain, FIRST + n * DAY, 1)
    watch(chain, FIRST, 1, line_id="door-b", device_id="s01-till")
    chain.flush()
    with chain.database.writing() as session:
        till = session.get_one(DeviceRow, (TENANT, "s01-till"))
        till.left_at = local(15, day=FIRST + 2 * DAY)
    assert [asked(chain, FOOTFALL, FIRST + n * DAY)[1] for n in range(4)] == [1.0, 0.5, 1.0, 1.0]


def test_zones_are_missed_as_doors_are(chain: SmallChain) -> None:
    for n in range(3):
        for minute in range(120):
            at = local(9 + minute // 60, minute % 60, day=FIRST + n * DAY)
            chain.zone(at, queue=2, zone_id="till-a")
            if n == 2:
                chain.zone(at, queue=4, zone_id="till-b")
    for within in (None, (FIRST, FIRST + 2 * DAY)):
        assert asked(chain, QUEUE_LENGTH, FIRST, within=within) == (2, 1.0)
        assert asked(chain, QUEUE_LENGTH, FIRST + 2 * DAY, within=within) == (3, 1.0)


def test_a_place_is_known_from_the_first_to_the_last_day_it_spoke_of(database: Database) -> None:
    def seen(day: int, role: str = "entrance") -> Seen:
        return Seen(TENANT, "s01", WatchedAt(role, "front", "d"), date(2026, 3, day))

    with database.writing() as session:
        note_places(session, [])
        note_places(session, [seen(4), seen(6), seen(4), seen(5, role="inner")])
        note_places(session, [seen(2), seen(3)])
    with database.sessions() as session:
        rows = session.scalars(sa.select(WatchedPlace).order_by(WatchedPlace.kind)).all()
        assert [(row.kind, row.first_day.day, row.last_day.day) for row in rows] == [
            ("entrance", 2, 6),
            ("inner", 5, 5),
        ]


def test_only_the_kinds_asked_for_are_due(chain: SmallChain) -> None:
    chain.minute(local(9, day=FIRST), 1, line_id="aisle", role="inner")
    chain.minute(local(9, day=FIRST), 1, line_id="front")
    days = window(chain, FIRST, FIRST + DAY)
    with chain.reading() as session:
        due = [(day.day, place.place_id) for day, place in places_due(session, days, ["inner"])]
    assert due == [(FIRST, "aisle"), (FIRST + DAY, "aisle")]
