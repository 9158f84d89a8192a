"""What is planted is the same on any day: whatever the weekday, the date and the hour at which a
demonstration begins."""

from datetime import date, timedelta
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from simulators.chain.chain import COOLER_COLUMNS, COOLER_ROWS, OUTLETS, cooler_slots
from simulators.chain.goods import as_product, demonstration_goods
from simulators.chain.script import Script, SoldOut
from simulators.core.clock import HISTORY_DAYS, DemoTime, demo_time
from simulators.day.coolers import readings_of_hour
from simulators.day.photos import photo_due, photos_of_today
from simulators.day.problems import EVICTED_EVENTS, STAFF_CROSSINGS, planted_in
from simulators.day.queues import PIECE_MIN, queue_events, queue_hours, waits_of
from simulators.day.store_day import StoreDay, StoreSimulation
from simulators.playback.journal import journal_of
from simulators.playback.lobby_day import LobbyCooler
from simulators.playback.pasts import lost_events, open_outbox, write_past, write_past_on_small_disk
from simulators.playback.scenery import Scenery
from simulators.render.packs.packs import design_pack
from simulators.render.shelves.cooler import cooler_view
from sync.events import Lane, Receipt, ReceiptType
from sync.outbox.outbox import Acknowledged
from tests.any_day import MOMENTS, moment, moment_of

SEEDS = (1, 2, 3)
SLOW_S = 240.0
PEACH = cooler_slots()["A-2-3"]

begins = pytest.mark.parametrize("time", [demo_time(moment(m)) for m in MOMENTS], ids=MOMENTS)


def today(store_id: str, time: DemoTime, seed: int) -> tuple[StoreSimulation, StoreDay]:
    outlet = next(outlet for outlet in OUTLETS if outlet.store_id == store_id)
    simulation = StoreSimulation(outlet, time, planted_in((store_id,), time), seed)
    return simulation, simulation.play(time.today)


def test_the_moments_are_every_weekday_and_the_ends_of_february_of_a_month_and_of_years():
    days = [moment(m).date() for m in MOMENTS]
    assert {day.weekday() for day in days} == set(range(7))
    assert {day.strftime("%m-%d") for day in days} >= {"02-29", "03-01", "04-30", "12-31", "01-01"}
    berlin = ZoneInfo("Europe/Berlin")
    turns = [moment(m).astimezone(berlin).utcoffset() for m in MOMENTS]
    later = [(moment(m) + timedelta(minutes=2)).astimezone(berlin).utcoffset() for m in MOMENTS]
    assert sum(before != after for before, after in zip(turns, later, strict=True)) == 2


def test_each_moment_has_its_turn_in_two_weeks():
    first = date(2027, 2, 20)
    assert {moment_of(first + timedelta(days=n)) for n in range(14)} == set(MOMENTS)


@begins
def test_it_is_early_afternoon_in_the_stores_and_two_whole_weeks_lie_behind(time):
    zone = ZoneInfo(time.zone_name)
    local = time.started_at.astimezone(zone)
    assert (local.hour, local.date()) == (14, time.today)
    days = time.history()
    assert len(days) == HISTORY_DAYS + 1
    assert all(after - before == timedelta(days=1) for before, after in pairwise(days))
    for day in days:
        assert time.at(day, 24) - time.at(day, 0) == timedelta(days=1)
        assert time.at(day, 7).astimezone(zone).date() == day


@begins
@pytest.mark.parametrize("seed", SEEDS)
def test_row_8_nine_people_wait_at_most_and_for_six_minutes_and_forty_seconds(time, seed):
    _, day = today("s02", time, seed)
    waits = waits_of(day.visits)
    hours = {hour.hour: hour for hour in queue_hours(waits, time.today, time)}
    assert (hours[12].most, hours[12].wait_p90_s) == (9, 400.0)
    assert max(hour.most for hour in hours.values() if hour.hour != 12) < 9
    pieces = queue_events(waits, time.at(time.today, 7), time.started_at, piece_min=PIECE_MIN)
    assert max(piece.queue_max for piece in pieces) == 9
    slow = [
        piece.started_at
        for piece in pieces
        if len(piece.dwell_s) >= 5 and np.quantile(piece.dwell_s, 0.9) > SLOW_S
    ]
    assert slow == [time.at(time.today, 12, 15), time.at(time.today, 12, 30)]


@begins
@pytest.mark.parametrize("store_id", ["s02", "s04"])
def test_the_truth_of_a_queue_is_what_its_events_tell(time, store_id):
    waits = waits_of(today(store_id, time, 1)[1].visits)
    events = queue_events(waits, time.at(time.today, 7), time.started_at, piece_min=PIECE_MIN)
    hours = queue_hours(waits, time.today, time)
    assert [hour.hour for hour in hours] == list(range(7, 14))
    for true in hours:
        of_hour = [e for e in events if time.local(e.started_at).hour == true.hour]
        told = [stay for event in of_hour for stay in event.dwell_s if stay >= 5]
        assert len(told) == true.waited
        assert true.wait_p90_s == pytest.approx(np.quantile(told, 0.9))
        assert max(event.queue_max for event in of_hour) == true.most


@begins
@pytest.mark.parametrize("seed", SEEDS)
def test_row_8_fewer_buy_while_the_queue_stands(time, seed):
    _, day = today("s02", time, seed)
    since, until = time.at(time.today, 12), time.at(time.today, 12, 45)
    came = sum(since <= visit.entered_at < until for visit in day.visits)
    bought = sum(since <= receipt.ended_at < until for receipt in day.receipts())
    assert 40 <= came < 55
    assert 10 <= bought < 20


@begins
@pytest.mark.parametrize("seed", SEEDS)
def test_row_1_the_floor_is_bare_and_twenty_four_are_behind(time, seed):
    simulation, day = today("s01", time, seed)
    # At the end of the day, to which a demonstration may be left running.
    assert (simulation.stock.floor[PEACH], simulation.stock.back[PEACH]) == (0, 24)
    sold = [r for r in day.receipts() if any(line.gtin == PEACH for line in r.lines)]
    assert max(receipt.ended_at for receipt in sold) == time.at(time.today, 12, 8)


@pytest.mark.parametrize("seed", [10, 22, 55])
def test_nobody_brings_back_what_shall_stay_sold_out(seed):
    """With these seeds somebody wants to, of six meals that are gone since one o'clock."""
    time = demo_time(moment("2027-02-01T09:32Z"))
    at = time.at(time.today, 13)
    meals = [good.gtin for good in demonstration_goods() if good.category == "meal"]
    script = Script(
        sold_out=[SoldOut(store_id="s01", gtin=gtin, at=at, back_room_units=99) for gtin in meals]
    )
    simulation = StoreSimulation(OUTLETS[0], time, script, seed)
    simulation.play(time.today)
    assert [simulation.stock.floor[gtin] for gtin in meals] == [0] * len(meals)


@begins
def test_rows_1_and_6_are_on_every_photo_since_they_began(time):
    photos = photos_of_today(OUTLETS[0], time, planted_in(("s01",), time))
    gaps = [photo for photo in photos if photo.empty]
    assert time.local(gaps[0].taken_at).strftime("%H:%M") == "12:10"
    assert len(gaps) >= 4
    assert all(photo.empty == ("A-2-3",) for photo in gaps)
    assert all(set(photo.misplaced) == {"A-3-5", "A-3-6"} for photo in photos)


@begins
def test_row_9_staff_comes_before_the_doors_open(time):
    (staff,) = planted_in(("s04",), time).staff
    assert len(staff.times) == STAFF_CROSSINGS
    assert all(time.at(time.today, 6) <= at < time.at(time.today, 7) for at in staff.times)


@begins
def test_row_12_exactly_forty_minutes_are_given_up(time, tmp_path):
    script = planted_in(("s07",), time)
    outlet = OUTLETS[6]
    simulation = StoreSimulation(outlet, time, script, 1)
    days = [simulation.play(day) for day in time.history()[-2:]]
    journal = journal_of(outlet, days, time, script, 1)
    assert sum(minute.entries for minute in journal.given_up[time.today]) > 0
    entries = journal.entries["s07-door"]
    first = next(index for index, entry in enumerate(entries) if entry.is_given_up)
    folder = tmp_path / "s07-door"
    outbox = open_outbox(folder, at=entries[0].at, rng=Random(1))
    write_past(outbox, entries[:first])
    outbox.acknowledge(Acknowledged(key=(1, Lane.METRIC), ranges=((1, first),)))
    outbox.close()
    write_past_on_small_disk(folder, entries[first:], EVICTED_EVENTS, rng=Random(2))
    outbox = open_outbox(folder, at=time.started_at, rng=Random(3))
    assert lost_events(outbox, Lane.METRIC) == EVICTED_EVENTS
    outbox.close()


@begins
@pytest.mark.parametrize("seed", SEEDS)
def test_row_14_the_awkward_receipts_are_there_once_each(time, seed):
    _, day = today("s01", time, seed)
    receipts = day.receipts()
    assert sum(len({li.gtin for li in r.lines}) < len(r.lines) for r in receipts) == 1
    assert all(receipt.business_day == time.today for receipt in receipts)
    back_at = time.at(time.today, 10, 52, 40)
    (back,) = (r for r in receipts if r.ended_at == back_at and r.type is ReceiptType.RETURN)
    (sale,) = (r for r in receipts if r.sequence == back.lines[0].return_of.sequence)
    assert receipts.index(sale) > receipts.index(back)


@begins
def test_row_11_a_day_and_a_half_of_sales_wait_behind_the_dead_line(time):
    (cut,) = planted_in(("s06",), time).cuts
    outlet = OUTLETS[5]
    simulation = StoreSimulation(outlet, time, planted_in(("s06",), time), 1)
    first, second = (simulation.play(day) for day in time.history()[-3:-1])
    sent = [r for r in first.receipts() if r.ended_at <= cut.since]
    assert 0 < len(sent) < len(first.receipts())
    assert all(isinstance(r, Receipt) and r.ended_at > cut.since for r in second.receipts())


def lobby_of(time: DemoTime) -> list[tuple[timedelta, object]]:
    (planted,) = planted_in(("s01",), time).unattended
    lobby = LobbyCooler(planted, time, 1)
    lobby.play_past()
    midnight = time.at(time.today, 0)
    return [(o.opening.opened_at - midnight, o.opening.deeds) for o in lobby.opened]


def test_row_16_the_same_people_open_the_lobbys_cooler_on_any_date():
    one, other = (demo_time(moment(m)) for m in ("2027-02-02T13:00Z", "2028-02-29T04:00Z"))
    assert lobby_of(one) == lobby_of(other)
    assert len(lobby_of(one)) > 10


def test_a_photo_of_the_same_time_of_day_is_the_same_on_any_date():
    designs = {good.gtin: design_pack(as_product(good)) for good in demonstration_goods()}
    view = cooler_view(COOLER_ROWS, COOLER_COLUMNS, np.random.default_rng(1))
    pictures = set()
    for text in ("2027-02-02T13:00Z", "2028-02-29T23:59Z"):
        time = demo_time(moment(text))
        midnight = time.at(time.today, 0)
        scenery = Scenery(
            views={"s01": view}, designs=designs, film=None, seed=1, midnight=midnight
        )
        due = photo_due("s01", time.at(time.today, 12, 10), planted_in(("s01",), time))
        pictures.add(scenery.photograph(due))
    assert len(pictures) == 1


def test_a_cooler_is_as_warm_at_the_same_time_of_day_wherever_the_machine_stands():
    readings = set()
    for text in ("2027-02-02T13:00Z", "2028-02-29T23:59Z"):
        time = demo_time(moment(text))
        starts_at = time.local(time.at(time.today, 13))
        body = readings_of_hour("s01-a", starts_at, 4, lambda begins_at, ends_at: 3, Random(1))
        readings.add((body.temperature_c, body.compressor_duty))
        assert body.started_at == starts_at
    assert len(readings) == 1
