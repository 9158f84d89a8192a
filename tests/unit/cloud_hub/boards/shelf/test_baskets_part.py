"""A chest freezer's baskets, drawn."""

from datetime import timedelta

from cloud_hub.boards.shelf.baskets import BasketRow, LyingProduct
from cloud_hub.boards.shelf.baskets_part import baskets_panel
from device_profiles.names import Names
from tests.stage.page_parts import NOW, a_reader


def basket(**changes: object) -> BasketRow:
    values: dict[str, object] = {
        "slot_id": "A-1-1",
        "row": 1,
        "column": 1,
        "filled": 0.4,
        "products": (),
        "has_unknown": False,
        "planned": (Names(en="Ice", zh="雪糕"),),
        "empty_since": None,
        "is_confirmed": False,
    }
    return BasketRow(**(values | changes))


def test_a_basket_that_could_not_be_judged_shows_no_number() -> None:
    drawn = str(baskets_panel((basket(filled=None),), a_reader()))
    assert "not visible" in drawn
    assert "%" not in drawn
    assert "40 %" in str(baskets_panel((basket(),), a_reader()))


def test_a_gap_in_a_basket_is_alarming_only_once_it_is_confirmed() -> None:
    seen = basket(filled=0.0, empty_since=NOW - timedelta(minutes=3))
    drawn = str(baskets_panel((seen,), a_reader()))
    assert "empty since 14:27, to be confirmed" in drawn
    assert "alarm-text" not in drawn
    sure = basket(filled=0.0, empty_since=NOW - timedelta(hours=1), is_confirmed=True)
    assert "basket-empty" in str(baskets_panel((sure,), a_reader()))


def test_goods_in_a_wrong_basket_and_unknown_ones_are_told_apart() -> None:
    name = Names(en="<Tea>", zh="茶")
    stray = LyingProduct(gtin="1", name=name, is_planned=False)
    drawn = str(baskets_panel((basket(products=(stray,), has_unknown=True),), a_reader()))
    assert "&lt;Tea&gt;" in drawn
    assert "not planned here" in drawn
    assert "goods that were not recognised" in drawn
    unplanned = LyingProduct(gtin="1", name=name, is_planned=None)
    assert "not planned here" not in str(
        baskets_panel((basket(products=(unplanned,)),), a_reader())
    )
