"""What the demonstration chain sells."""

from decimal import Decimal

import pytest

from device_profiles.values.codes import read_code
from device_profiles.values.gtin import parse_gtin
from simulators.chain.goods import (
    BRANDS,
    CATEGORIES,
    as_product,
    demonstration_goods,
    demonstration_gtin,
    unlisted_gtin,
    weighed_code,
)

GOODS = demonstration_goods()


def test_every_good_has_a_number_of_its_own_a_brand_a_category_and_a_price() -> None:
    assert len({good.gtin for good in GOODS}) == len(GOODS) == 64
    assert {good.brand_id for good in GOODS} == {brand.brand_id for brand in BRANDS}
    assert {good.category for good in GOODS} <= set(CATEGORIES)
    assert all(good.price > 0 and good.appeal > 0 for good in GOODS)


def test_every_good_is_named_in_both_languages() -> None:
    assert all(good.name["en"] and good.name["zh"] for good in GOODS)


def test_the_coolers_drinks_come_first_and_are_one_brands() -> None:
    drinks = GOODS[:24]
    assert all(good.in_cooler for good in drinks)
    assert not any(good.in_cooler for good in GOODS[24:])
    assert {good.brand_id for good in drinks} == {"quanye"}


def test_only_fruit_is_sold_by_weight_and_has_a_code_for_the_scale() -> None:
    weighed = [good for good in GOODS if good.sold_by_weight]
    assert {good.category for good in weighed} == {"fruit"}
    assert len({good.item_code for good in weighed}) == 3
    assert all(good.fruit_g > 0 for good in weighed)


def test_a_number_has_a_true_check_digit_under_the_prefix_for_examples() -> None:
    for gtin in (demonstration_gtin("quanye", 1), demonstration_gtin("yoju", 99999)):
        assert parse_gtin(gtin) == gtin
        assert gtin.startswith("0952")
    with pytest.raises(KeyError):
        demonstration_gtin("nobody", 1)


def test_an_unlisted_number_is_true_and_no_goods_number() -> None:
    gtin = unlisted_gtin(7006)
    assert parse_gtin(gtin) == gtin
    assert gtin not in {good.gtin for good in GOODS}
    assert unlisted_gtin(7006) != unlisted_gtin(7013)


@pytest.mark.parametrize("weight_g", [1, 435, 99999])
def test_a_scale_label_is_read_back(weight_g: int) -> None:
    scanned = read_code(weighed_code("00012", weight_g))
    assert (scanned.item_code, scanned.weight_g) == ("00012", weight_g)


def test_a_good_as_master_data_keeps_what_the_hub_must_know() -> None:
    bananas = next(good for good in GOODS if good.item_code == "00011")
    product = as_product(bananas)
    assert (product.gtin, product.brand_id, product.item_code) == (
        bananas.gtin,
        "linguang-fresh",
        "00011",
    )
    assert product.sold_by_weight
    assert product.category["en"] == "Fruit"
    assert bananas.price == Decimal("8.80")
