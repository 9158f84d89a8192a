"""Several pictures of one moment, voting."""

from dataclasses import replace

from tests.stage.shelf_photos import (
    GTINS,
)
from vision_models.shelf.quality import Quality
from vision_models.shelf.reading import BasketSeen, Facing, ShelfReading
from vision_models.shelf.voting import vote

A, B, C, D = GTINS


def seen(slots: dict[str, str | None], **more) -> ShelfReading:
    """A clear reading with a product (None: unknown) in each slot of `slots`."""
    facings = tuple(
        Facing(box=(0, 0, 10, 20), gtin=gtin, score=0.9, slot_id=slot, certainty=0.5)
        for slot, gtin in slots.items()
    )
    return ShelfReading(quality=Quality.CLEAR, facings=facings, **more)


def in_slots(reading: ShelfReading) -> dict[str | None, str | None]:
    return {facing.slot_id: facing.gtin for facing in reading.facings}


def test_what_a_hand_hides_in_one_picture_is_seen_in_another() -> None:
    voted = vote([seen({}, hidden_slots=("A-1-1",)), seen({"A-1-1": A})])
    assert (in_slots(voted), voted.hidden_slots) == ({"A-1-1": A}, ())
    assert vote([seen({}, hidden_slots=("A-1-1",))] * 2).hidden_slots == ("A-1-1",)


def test_most_pictures_name_a_product_and_a_tie_names_none() -> None:
    assert in_slots(vote([seen({"A-1-1": A}), seen({"A-1-1": B}), seen({"A-1-1": A})])) == {
        "A-1-1": A
    }
    assert in_slots(vote([seen({"A-1-1": A}), seen({"A-1-1": B})])) == {"A-1-1": None}
    assert in_slots(vote([seen({"A-1-1": A}), seen({"A-1-1": None})])) == {"A-1-1": A}


def test_a_gap_needs_more_than_half_of_the_pictures() -> None:
    empty = seen({}, empty_slots=("A-1-1",))
    assert vote([empty, seen({"A-1-1": A})]).empty_slots == ()
    assert vote([empty, empty, seen({"A-1-1": A})]).empty_slots == ("A-1-1",)


def test_pictures_that_are_not_clear_do_not_vote() -> None:
    fogged = ShelfReading(quality=Quality.FOGGED, hidden_slots=("A-1-1",))
    assert in_slots(vote([fogged, seen({"A-1-1": A}), fogged])) == {"A-1-1": A}
    assert vote([fogged, fogged]).quality is Quality.FOGGED


def basket(gtins: tuple[str, ...], filled: float | None) -> BasketSeen:
    return BasketSeen(basket_id="A-1-1", box=(0, 0, 9, 9), gtins=gtins, filled=filled)


def test_baskets_hold_what_most_pictures_show() -> None:
    looks = [
        seen({}, baskets=(basket(gtins, filled),))
        for gtins, filled in (((A, B), 0.4), ((A,), 0.5), ((), None))
    ]
    assert vote(looks).baskets == (basket((A,), 0.45),)


def test_a_product_that_most_pictures_show_in_a_basket_is_not_lost_for_one_that_few_do() -> None:
    looks = [
        ShelfReading(
            quality=Quality.CLEAR,
            facings=tuple(
                Facing(box=(0, 0, 9, 9), gtin=g, score=1, slot_id="A-1-1", basket_id="A-1-1")
                for g in gtins
            ),
            baskets=(basket(gtins, 0.5),),
        )
        for gtins in ((A,), (A, B), (A, C))
    ]
    assert [facing.gtin for facing in vote(looks).facings] == [A]
    assert [facing.gtin for facing in vote([*looks[1:], *looks[1:]]).facings] == [A]
    apart = [replace(look, facings=look.facings[1:]) for look in looks[1:]]
    assert [facing.gtin for facing in vote(apart).facings] == [None]
