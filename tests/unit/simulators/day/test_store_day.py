"""A simulated store: believable, repeatable, and its ledger agrees with its shelf."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest

from simulators.chain.chain import cooler_slots, facings_planned, outlets
from simulators.chain.script import Script
from simulators.core.clock import demo_time
from simulators.day.coolers import readings_of_hour
from simulators.day.footfall import by_the_hour, door_minutes, footfall_of
from simulators.day.photos import photos_of_today
from simulators.day.problems import PROBLEMS, planted_in
from simulators.day.store_day import StoreSimulation
from sync.events import Receipt, ReceiptType, StockMoved

TIME = demo_time(datetime(2026, 11, 22, 9, 32, tzinfo=UTC))
FLAGSHIP = outlets(1)[0]


def play(outlet=FLAGSHIP, script=None, seed=7):
    simulation = StoreSimulation(outlet, TIME, script or Script(), seed)
    return simulation, [simulation.play(day) for day in TIME.history()]


@pytest.fixture(scope="module")
def planted():
    return play(script=planted_in(("s01",), TIME))


def balances(days, until=None):
    """The ledger as the hub should derive it: moves, and receipts between floor and customer."""
    stock = Counter()
    for day in days:
        for record in day.records:
            if until is not None and record.at > until:
                continue
            body = record.body
            if isinstance(body, StockMoved):
                stock[body.from_location, body.gtin] -= body.quantity
                stock[body.to_location, body.gtin] += body.quantity
            else:
                for line in body.lines:
                    stock["s01/floor", line.gtin] -= line.quantity
    return stock


def test_the_same_seed_gives_the_same_days_and_another_seed_others():
    first, again, other = play()[1], play()[1], play(seed=8)[1]
    assert first == again
    assert first[3].records != other[3].records


def test_the_ledger_is_the_stockroom_and_no_facing_is_ever_empty():
    simulation, days = play()
    stock = balances(days)
    for gtin, units in simulation.stock.floor.items():
        assert stock["s01/floor", gtin] == units
        assert stock["s01/back-room", gtin] == simulation.stock.back[gtin]
    moments = [record.at for day in days for record in day.records][:: len(days) * 20]
    for at in moments[5:]:
        so_far = balances(days, until=at)
        for gtin, facings in facings_planned().items():
            assert so_far["s01/floor", gtin] >= facings


def test_the_gap_is_in_the_ledger_too_with_twenty_four_in_the_back_room(planted):
    peach = cooler_slots()["A-2-3"]
    _, days = planted
    before = balances(days, until=TIME.at(TIME.today, 12, 7))
    after = balances(days, until=TIME.at(TIME.today, 14, 40))
    assert before["s01/floor", peach] >= 1
    assert after["s01/floor", peach] == 0
    assert after["s01/back-room", peach] == 24


def test_the_photo_of_ten_past_twelve_is_the_first_that_shows_the_gap():
    photos = photos_of_today(FLAGSHIP, TIME, planted_in(("s01",), TIME))
    first = next(photo for photo in photos if photo.empty)
    assert TIME.local(first.taken_at).strftime("%H:%M") == "12:10"
    assert first.empty == ("A-2-3",)
    assert set(first.misplaced) == {"A-3-5", "A-3-6"}
    assert all(set(photo.misplaced) == {"A-3-5", "A-3-6"} for photo in photos)


def test_a_healthy_store_shows_its_planogram():
    photos = photos_of_today(outlets(8)[2], TIME, planted_in(("s01", "s03"), TIME))
    assert all(photo.slots == cooler_slots() for photo in photos)


def test_receipts_are_numbered_without_gaps_and_paid_in_full(planted):
    _, days = planted
    for day in days:
        receipts = day.receipts()
        assert sorted(r.sequence for r in receipts) == list(range(1, len(receipts) + 1))
        for receipt in receipts:
            assert sum(t.amount for t in receipt.tenders) == sum(li.amount for li in receipt.lines)
            assert all(
                line.amount == line.amount.quantize(Decimal("0.01")) for line in receipt.lines
            )


def test_the_awkward_receipts_are_there(planted):
    _, days = planted
    receipts = days[-1].receipts()
    equal = [r for r in receipts if len({li.gtin for li in r.lines}) < len(r.lines)]
    assert len(equal) == 1
    assert [line.quantity for line in equal[0].lines] == [1, 1]
    given_back = next(r for r in receipts if r.ended_at == TIME.at(TIME.today, 10, 52, 40))
    assert given_back.type is ReceiptType.RETURN
    sale = next(r for r in receipts if r.sequence == given_back.lines[0].return_of.sequence)
    assert sale.ended_at < given_back.ended_at
    assert receipts.index(sale) > receipts.index(given_back)
    fruit = next(r for r in receipts if r.ended_at == TIME.at(TIME.today, 10, 20, 11))
    assert fruit.lines[0].quantity == Decimal("0.435")
    assert fruit.lines[0].code.startswith("20")


def test_members_come_again(planted):
    _, days = planted
    shown = Counter(
        receipt.identities[0].value
        for day in days
        for receipt in day.receipts()
        if receipt.identities
    )
    total = sum(len(day.receipts()) for day in days)
    assert 0.35 < sum(shown.values()) / total < 0.55
    assert sum(times >= 2 for times in shown.values()) > 50


def test_each_visit_is_one_entry_and_one_exit(planted):
    _, days = planted
    day = days[-2]
    minutes = door_minutes(day.visits, (), day.day, TIME, until=TIME.at(day.day, 24))
    assert sum(minute.entries for minute in minutes) == len(day.visits)
    assert sum(minute.exits for minute in minutes) == len(day.visits)
    assert len(by_the_hour(minutes)) == 17
    assert all(len(hour) == 60 for hour in by_the_hour(minutes))


def test_staff_is_counted_apart_from_shoppers():
    script = planted_in(("s04",), TIME)
    minutes = door_minutes(
        (), script.staff[0].times, TIME.today, TIME, until=TIME.at(TIME.today, 8)
    )
    body = footfall_of(minutes)
    assert (sum(body.staff), sum(body.in_), body.simulated) == (14, 0, True)
    assert all(at < TIME.at(TIME.today, 7) for at in script.staff[0].times)


def test_after_the_start_shoppers_come_faster(planted):
    _, days = planted
    visits = days[-1].visits
    half_hour = timedelta(minutes=25)
    before = [v for v in visits if -half_hour < v.entered_at - TIME.started_at <= timedelta(0)]
    after = [v for v in visits if timedelta(0) < v.entered_at - TIME.started_at <= half_hour]
    assert len(after) > 1.5 * len(before)


def test_every_row_says_where_it_must_show():
    assert [problem.row for problem in PROBLEMS] == [1, 4, 5, 6, 8, 9, 11, 12, 14, 16]
    assert all(problem.pages and problem.stores for problem in PROBLEMS)


def test_a_chain_without_a_problems_stores_has_not_the_problem():
    script = planted_in(("s03",), TIME)
    assert script == Script()


def test_a_healthy_cooler_stays_cold(planted):
    body = readings_of_hour("s01-a", TIME.at(TIME.today, 13), 4, lambda a, b: 9, Random(1))
    assert len(body.temperature_c) == len(body.compressor_duty) == len(body.door_open_s) == 4
    assert all(2.0 < value < 6.0 for value in body.temperature_c)


def test_only_sales_and_moves_are_recorded_on_a_till(planted):
    kinds = {type(record.body) for day in planted[1] for record in day.records}
    assert kinds == {Receipt, StockMoved}
