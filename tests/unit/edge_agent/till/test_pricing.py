from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from device_profiles.names import Names
from device_profiles.store import ProductProfile
from edge_agent.till.pricing import UnusableLine, business_day_of, price_line
from edge_agent.till.requests import LineRequest

PEARS = ProductProfile(
    gtin="95200000000019",
    name=Names(en="Pears", zh="梨"),
    brand_id="quanye",
    category=Names(en="Fruit", zh="水果"),
    sold_by_weight=True,
    item_code="12345",
)
WEIGHED = {"12345": PEARS}
PRICES = {"06901234567892": Decimal("4.20"), PEARS.gtin: Decimal("12.80")}


def priced(*, sign: int = 1, **fields: object):
    return price_line(
        LineRequest.model_validate(fields), number=1, sign=sign, weighed=WEIGHED, prices=PRICES
    )


def test_an_amount_is_quantity_times_price_less_discount_rounded_half_up():
    line = priced(code="x", quantity="0.355", unit_price="12.99", discount="0.10").line
    assert line.amount == Decimal("4.51")


def test_a_price_that_is_not_given_is_the_lists():
    line = priced(code="6901234567892", quantity="2").line
    assert (line.unit_price, line.amount) == (Decimal("4.20"), Decimal("8.40"))
    assert priced(code="6901234567892", quantity="2", unit_price="1").line.amount == Decimal(2)


def test_a_line_without_a_price_anywhere_says_what_to_give():
    with pytest.raises(UnusableLine, match=r"line 1: give a unit_price; .* has one for bag"):
        priced(code="bag", quantity="1")


def test_an_amount_that_the_pos_gives_is_kept_as_it_is():
    assert priced(
        code="x", quantity="3", unit_price="0.333", amount="0.999"
    ).line.amount == Decimal("0.999")


def test_a_weight_embedded_code_says_its_product_and_its_weight():
    # 20 + item 12345 + 00500 g + check digit
    line = priced(code="2012345005006", unit_price="9.80").line
    assert (line.gtin, line.quantity, line.unit) == ("95200000000019", Decimal("0.5"), "kg")
    assert line.amount == Decimal("4.90")


def test_a_weight_embedded_code_of_an_unknown_item_is_sold_with_a_warning():
    one = priced(code="2099999005002", unit_price="9.80")
    assert one.line.gtin is None
    assert one.line.quantity == Decimal("0.5")
    assert "99999" in (one.warning or "")


def test_a_failed_check_digit_is_sold_under_its_own_code_with_a_warning():
    one = priced(code="6901234567890", quantity="1", unit_price="1")
    assert one.line.gtin is None
    assert one.line.code == "6901234567890"
    assert "the last digit must be 2" in (one.warning or "")


def test_a_code_that_is_no_number_is_the_stores_own_and_keeps_its_case():
    one = priced(code="15056bL", quantity="1", unit_price="1")
    assert (one.line.code, one.line.gtin, one.warning) == ("15056bL", None, None)


def test_a_return_is_given_positive_and_booked_negative():
    line = priced(sign=-1, code="x", quantity="2", unit_price="3", discount="1").line
    assert (line.quantity, line.discount, line.amount) == (-2, -1, -5)
    with pytest.raises(UnusableLine, match="given positive"):
        priced(sign=-1, code="x", quantity="-2", unit_price="3")


def test_negative_zero_and_three_decimal_prices_are_sold():
    assert priced(code="coupon", quantity="1", unit_price="-2.50").line.amount == Decimal("-2.50")
    assert priced(code="bag", quantity="1", unit_price="0").line.amount == 0
    assert priced(code="nail", quantity="100", unit_price="0.015").line.amount == Decimal("1.50")


def test_a_line_without_a_quantity_is_refused_and_named():
    with pytest.raises(UnusableLine, match="line 1: give a quantity"):
        priced(code="x", unit_price="3")


@pytest.mark.parametrize(
    ("utc", "day"),
    [
        (datetime(2026, 11, 21, 19, 59, tzinfo=UTC), date(2026, 11, 21)),  # 03:59 in Shanghai
        (datetime(2026, 11, 21, 20, 0, tzinfo=UTC), date(2026, 11, 22)),  # 04:00
        (datetime(2026, 11, 22, 15, 30, tzinfo=UTC), date(2026, 11, 22)),  # 23:30
        (datetime(2026, 11, 22, 17, 0, tzinfo=UTC), date(2026, 11, 22)),  # 01:00 the next day
    ],
)
def test_the_hours_before_the_register_closes_belong_to_the_day_before(utc: datetime, day: date):
    zone = ZoneInfo("Asia/Shanghai")
    assert business_day_of(utc, zone=zone, register_closes_at_h=4) == day
