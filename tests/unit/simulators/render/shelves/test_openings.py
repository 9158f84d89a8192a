"""Door openings: what the deeds tell is what became of the packs."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import cv2
import numpy as np
import pytest

from device_profiles.planogram import Feed
from simulators.render.packs.packs import unlisted_pack
from simulators.render.packs.sprites import SpriteShelf
from simulators.render.packs.troubles import Troubles
from simulators.render.shelves.cooler import cooler_view
from simulators.render.shelves.lanes import placed
from simulators.render.shelves.openings import (
    CLOSES_H,
    OPENS_H,
    REFILLS_H,
    Deed,
    DeedKind,
    Opening,
    StockedCooler,
    after_opening,
    stocked_cooler,
)

MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)
DAY = timedelta(days=1)
NOON = MIDNIGHT + DAY / 2
PLACES = [(row, column) for row in (1, 2) for column in (1, 2, 3)]
DESIGNS = {
    place: replace(unlisted_pack(number), gtin=f"{number:014d}", width_mm=60.0)
    for number, place in enumerate(PLACES, start=1)
}
FEEDS = [Feed.STILL, Feed.SLIDING]


def cooler(feed: Feed = Feed.STILL, seed: int = 1, openings_a_day: float = 25.0) -> StockedCooler:
    rng = np.random.default_rng(seed)
    return stocked_cooler(DESIGNS, cooler_view(2, 3, rng), feed, rng, openings_a_day=openings_a_day)


def stock(of: StockedCooler) -> Counter[str]:
    return Counter(str(pack.design.gtin) for lane in of.lanes.values() for pack in lane.held())


def change(opening: Opening) -> Counter[str]:
    """By how much an opening says that each product became more or less."""
    change: Counter[str] = Counter()
    change.update(opening.count(DeedKind.PUT_BACK))
    change.update(opening.count(DeedKind.REFILLED))
    change.subtract(opening.count(DeedKind.TAKEN))
    return change


def visits(of: StockedCooler, count: int) -> list[Opening]:
    return [of.visit(NOON) for _ in range(count)]


def emptied(of: StockedCooler) -> StockedCooler:
    for lane in of.lanes.values():
        while lane.front is not None:
            lane.take()
    return of


def test_a_cooler_begins_full() -> None:
    for feed in FEEDS:
        lanes = cooler(feed).lanes
        assert sorted(lanes) == PLACES
        for place, lane in lanes.items():
            assert lane.planned == DESIGNS[place]
            assert len(lane.held()) == lane.places > 1
            assert lane.room() == 0


@pytest.mark.parametrize("feed", FEEDS)
def test_the_deeds_of_two_weeks_add_up_to_what_is_left(feed: Feed) -> None:
    shop = cooler(feed)
    before = stock(shop)
    openings = shop.openings(MIDNIGHT, MIDNIGHT + 14 * DAY)
    kinds: set[DeedKind] = set()
    for opening in openings:
        after = stock(shop)
        expected = before.copy()
        expected.update(change(opening))
        assert {k: v for k, v in after.items() if v} == {k: v for k, v in expected.items() if v}
        kinds |= {deed.kind for deed in opening.deeds}
        before = after
    assert kinds == set(DeedKind)


def test_the_same_chance_brings_the_same_shoppers() -> None:
    one, again, other = (
        list(cooler(seed=seed).openings(MIDNIGHT, MIDNIGHT + DAY)) for seed in (1, 1, 2)
    )
    assert one == again
    assert one != other


def test_openings_come_in_order_within_the_hours_of_the_shop() -> None:
    openings = list(cooler().openings(MIDNIGHT, MIDNIGHT + 3 * DAY))
    assert all(one.opened_at <= other.opened_at for one, other in pairwise(openings))
    for opening in openings:
        hour = (opening.opened_at - opening.opened_at.replace(hour=0, minute=0, second=0)) / (
            timedelta(hours=1)
        )
        assert OPENS_H <= hour <= CLOSES_H
    assert 45 < len(openings) < 110


def test_a_refill_comes_at_its_hours_every_day_and_is_service() -> None:
    openings = cooler().openings(MIDNIGHT, MIDNIGHT + 2 * DAY)
    refills = [opening.opened_at for opening in openings if opening.is_service]
    assert refills == [
        MIDNIGHT + day * DAY + timedelta(hours=hour) for day in (0, 1) for hour in REFILLS_H
    ]


def test_only_openings_between_the_two_moments_come_the_last_left_out() -> None:
    from_at, until_at = (MIDNIGHT + timedelta(hours=hour) for hour in REFILLS_H)
    openings = list(cooler().openings(from_at, until_at))
    assert openings[0].opened_at == from_at
    assert all(from_at <= opening.opened_at < until_at for opening in openings)
    assert [opening.is_service for opening in openings].count(True) == 1


def test_a_night_between_two_days_has_the_openings_of_both() -> None:
    from_at, until_at = NOON, NOON + DAY
    refills = [one.opened_at for one in cooler().openings(from_at, until_at) if one.is_service]
    assert refills == [
        MIDNIGHT + timedelta(hours=REFILLS_H[1]),
        MIDNIGHT + DAY + timedelta(hours=REFILLS_H[0]),
    ]


def test_no_time_has_no_openings() -> None:
    assert list(cooler().openings(NOON, NOON)) == []
    assert list(cooler().openings(NOON, NOON - DAY)) == []


def test_a_shop_without_shoppers_is_refilled_all_the_same() -> None:
    openings = list(cooler(openings_a_day=0.0).openings(MIDNIGHT, MIDNIGHT + DAY))
    assert [opening.is_service for opening in openings] == [True, True]


@pytest.mark.parametrize("feed", FEEDS)
def test_a_visit_is_no_service_and_lasts_longer_the_more_is_done(feed: Feed) -> None:
    for opening in visits(cooler(feed), 40):
        assert not opening.is_service
        assert opening.opened_at == NOON
        assert opening.open_s > 5.0 + 4.0 * len(opening.deeds)
        assert len(opening.deeds) <= 4


def test_some_only_look() -> None:
    looked = [opening for opening in visits(cooler(), 30) if not opening.deeds]
    assert 0 < len(looked) < 30


@pytest.mark.parametrize("feed", FEEDS)
def test_an_empty_cooler_is_looked_into_and_nothing_happens(feed: Feed) -> None:
    shop = emptied(cooler(feed))
    assert all(opening.deeds == () for opening in visits(shop, 200))


@pytest.mark.parametrize("feed", FEEDS)
def test_what_was_taken_can_come_back_even_into_an_empty_cooler(feed: Feed) -> None:
    shop = cooler(feed)
    visits(shop, 10)
    emptied(shop)
    deeds = [deed for opening in visits(shop, 200) for deed in opening.deeds]
    assert deeds[0].kind is DeedKind.PUT_BACK


def test_nobody_takes_from_a_closed_lane() -> None:
    shop = cooler()
    shop.close_lane((1, 2))
    taken = {
        deed.place
        for opening in visits(shop, 30)
        for deed in opening.deeds
        if deed.kind is DeedKind.TAKEN
    }
    assert (1, 2) not in taken
    assert len(taken) > 2


def test_a_cooler_with_every_lane_closed_sells_nothing() -> None:
    shop = cooler()
    for place in PLACES:
        shop.close_lane(place)
    deeds = [deed for opening in visits(shop, 60) for deed in opening.deeds]
    assert {deed.kind for deed in deeds} <= {DeedKind.HANDLED}


@pytest.mark.parametrize("feed", FEEDS)
def test_once_the_open_lanes_are_sold_out_the_closed_ones_stay_full(feed: Feed) -> None:
    shop = cooler(feed)
    for place in PLACES[1:]:
        shop.close_lane(place)
    lane = shop.lanes[1, 1]
    while lane.front is not None:
        lane.take()
    taken = [opening.count(DeedKind.TAKEN).total() for opening in visits(shop, 60)]
    assert sum(taken) == 0


@pytest.mark.parametrize("feed", FEEDS)
def test_a_refill_fills_every_lane_or_leaves_it_two_short_at_most(feed: Feed) -> None:
    shop = emptied(cooler(feed))
    opening = shop.refill(NOON)
    assert opening.is_service
    assert opening.open_s == 60.0 + 4.0 * len(opening.deeds)
    assert {deed.kind for deed in opening.deeds} == {DeedKind.REFILLED}
    for place, lane in shop.lanes.items():
        held = lane.held()
        assert all(pack.design == DESIGNS[place] for pack in held)
        assert lane.places - 2 <= len(held) <= lane.places
        assert lane.room() == (0 if feed is Feed.STILL else lane.places - len(held))
        assert opening.count(DeedKind.REFILLED)[str(DESIGNS[place].gtin)] == len(held)


def test_a_refill_pulls_what_is_left_to_the_front() -> None:
    shop = cooler()
    lane = shop.lanes[2, 1]
    for _ in range(lane.places - 1):
        lane.take()
    assert shop.lanes[2, 1].packs[0] is None
    shop.refill(NOON)
    assert shop.lanes[2, 1].packs[0] is not None


def test_a_refill_puts_packs_anew_on_a_shelf_and_behind_the_others_where_they_slide() -> None:
    for feed in FEEDS:
        shop = cooler(feed)
        # A refill may leave a lane two short.
        for _ in range(3):
            shop.lanes[1, 2].take()
        left = shop.lanes[1, 2].held()
        shop.refill(NOON)
        stayed = shop.lanes[1, 2].held()[: len(left)] == left
        assert stayed is (feed is Feed.SLIDING)


@pytest.mark.parametrize("feed", FEEDS)
def test_a_refill_brings_home_what_stood_in_a_wrong_lane_and_adds_no_other(feed: Feed) -> None:
    shop = cooler(feed)
    stray = shop.lanes[1, 1].take().design
    shop.lanes[2, 3].take()
    shop.lanes[2, 3].put(placed(stray, np.random.default_rng(1)), deep=True)
    opening = shop.refill(NOON)
    moved = [deed for deed in opening.deeds if deed.kind is DeedKind.MOVED]
    assert moved == [Deed(kind=DeedKind.MOVED, gtin=str(stray.gtin), place=(2, 3))]
    assert opening.count(DeedKind.REFILLED)[str(stray.gtin)] == 0
    assert all(pack.design == DESIGNS[2, 3] for pack in shop.lanes[2, 3].held())


def test_a_full_cooler_needs_nothing() -> None:
    shop = cooler()
    before = {place: list(lane.packs) for place, lane in shop.lanes.items()}
    assert shop.refill(NOON).deeds == ()
    assert {place: list(lane.packs) for place, lane in shop.lanes.items()} == before


def test_an_opening_counts_one_kind_by_product() -> None:
    taken, back = (
        Deed(kind=kind, gtin="1", place=(1, 1)) for kind in (DeedKind.TAKEN, DeedKind.PUT_BACK)
    )
    opening = Opening(
        opened_at=NOON, open_s=5.0, is_service=False, deeds=(taken, back, replace(taken, gtin="2"))
    )
    assert opening.count(DeedKind.TAKEN) == {"1": 1, "2": 1}
    assert opening.count(DeedKind.PUT_BACK) == {"1": 1}
    assert opening.count(DeedKind.MOVED) == {}


def test_a_photograph_shows_what_was_taken() -> None:
    shop = cooler()
    shop.view = replace(shop.view, width_px=300, height_px=400)
    sprites, quiet = SpriteShelf(), Troubles(reflection=0.0, noise=0.0)

    def photo() -> np.ndarray:
        return shop.photograph(sprites, np.random.default_rng(3), quiet).astype(int)

    before, again = photo(), photo()
    assert before.shape == (400, 300, 3)
    assert np.array_equal(before, again)
    shop.lanes[1, 1].take()
    # Light differs a little from pack to pack in each photo: it counts where most changed.
    changed = cv2.blur(np.abs(photo() - before).mean(axis=2), (31, 61))
    row, column = np.unravel_index(int(changed.argmax()), changed.shape)
    assert changed.max() > 10
    assert row < 210
    assert column < 110


def test_the_glass_is_mostly_clear_after_an_opening() -> None:
    rng = np.random.default_rng(1)
    seen = [after_opening(rng) for _ in range(400)]
    fogged = sum(trouble.fog > 0.8 for trouble in seen)
    stayed = sum(trouble.hand > 0.0 for trouble in seen)
    assert 5 < fogged < 45
    assert 2 < stayed < 30
    assert all(trouble.fog <= 0.22 or trouble.fog == 0.85 for trouble in seen)
    assert all(0.0 <= trouble.condensation <= 0.4 for trouble in seen)
    assert not any(trouble.covered or trouble.darkness for trouble in seen)
