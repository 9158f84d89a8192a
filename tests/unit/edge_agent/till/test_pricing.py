from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from device_profiles.names import Names
from device_profiles.store import ProductProfile
from edge_agent.till.pricing import OwnCodes, Terms, UnusableLine, business_day_of, price_line
from edge_agent.till.requests import LineRequest

PEARS = ProductProfile(
    gtin="95200000000019",
    name=Names(en="Pears", zh="梨"),
    brand_id="quanye",
    category=Names(en="Fruit", zh="水果"),
    sold_by_weight=True,
    item_code="12345",
)
OWN = OwnCodes.of(
    [PEARS], layouts=("20IIIIIWWWWWC", "21IIIIIPPPPPC", "2IIIIIPPPPPC", "28IIIIINNNNNC")
)
PRICES = {"06901234567892": Decimal("4.20"), PEARS.gtin: Decimal("12.80")}


def priced(*, is_return: bool = False, currency: str = "CNY", **fields: object):
    return price_line(
        LineRequest.model_validate(fields),
        number=1,
        terms=Terms(currency=currency, is_return=is_return),
        own=OWN,
        prices=PRICES,
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
    line = priced(code="x", quantity="3", unit_price="0.333", amount="1.01").line
    assert line.amount == Decimal("1.01")


@pytest.mark.parametrize(
    ("currency", "given", "booked"),
    [("CNY", "0.999", "1.00"), ("JPY", "298.50", "299"), ("KWD", "0.1255", "0.126")],
)
def test_an_amount_that_the_currency_does_not_have_is_rounded_half_up_and_told(
    currency: str, given: str, booked: str
):
    one = priced(code="x", quantity="1", unit_price="1", amount=given, currency=currency)
    assert str(one.line.amount) == booked
    assert one.warning == f"line 1: {given} {currency} is booked as {booked}"


@pytest.mark.parametrize(
    ("currency", "quantity", "price", "amount"),
    [
        ("JPY", "0.5", "333", "167"),
        ("KWD", "3", "1.255", "3.765"),
        ("KWD", "1", "0.125", "0.125"),
        ("EUR", "3", "1.255", "3.77"),
        ("CLP", "0.333", "1990", "663"),
    ],
)
def test_an_amount_has_the_minor_units_of_its_currency(
    currency: str, quantity: str, price: str, amount: str
):
    line = priced(code="x", quantity=quantity, unit_price=price, currency=currency).line
    assert str(line.amount) == amount


@pytest.mark.parametrize(
    ("unit", "name"), [("pcs", "each"), ("G", "g"), ("LBR", "lb"), ("", "each")]
)
def test_a_unit_is_booked_under_one_name(unit: str, name: str):
    assert priced(code="x", quantity="6", unit=unit, unit_price="1").line.unit == name


def test_an_unknown_unit_is_refused_in_one_line():
    with pytest.raises(UnusableLine, match=r"^line 1: unit 'furlong' is not known; give a UN/ECE"):
        priced(code="x", quantity="6", unit="furlong", unit_price="1")


def test_a_line_of_more_money_than_a_chain_takes_is_refused():
    with pytest.raises(UnusableLine, match=r"line 1: .* is too large"):
        priced(code="x", quantity="99999999", unit_price="99999999")


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
    line = priced(is_return=True, code="x", quantity="2", unit_price="3", discount="1").line
    assert (line.quantity, line.discount, line.amount) == (-2, -1, -5)
    with pytest.raises(UnusableLine, match="given positive"):
        priced(is_return=True, code="x", quantity="-2", unit_price="3")


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


@pytest.mark.parametrize(
    "code",
    ["04252614", "]E06901234567892", "(01)06901234567892(10)LOT1", "６９０１２３４５６７８９２"],
)
def test_every_dress_of_a_gtin_is_sold_as_the_gtin_without_a_warning(code: str):
    sold = priced(code=code, quantity="1", unit_price="1")
    right = "00042100005264" if code.startswith("04") else "06901234567892"
    assert (sold.line.gtin, sold.line.code, sold.warning) == (right, code, None)


def test_two_prices_of_one_item_are_one_product():
    one = priced(code="2112345005003", quantity="1", unit_price="4.90").line
    other = priced(code="2112345005102", quantity="1", unit_price="5.00").line
    assert one.gtin == other.gtin == PEARS.gtin


def test_a_price_inside_a_code_is_what_is_paid_and_tells_the_weight():
    line = priced(code="2112345006406").line
    assert (line.amount, line.quantity, line.unit) == (Decimal("6.40"), Decimal("0.500"), "kg")
    assert line.unit_price == Decimal("12.80")


def test_a_price_inside_a_code_of_an_unknown_product_is_the_price_of_one_piece():
    sold = priced(code="2199999006402")
    assert (sold.line.amount, sold.line.quantity, sold.line.unit) == (Decimal("6.40"), 1, "each")
    assert sold.warning == "line 1: no product has the item code 99999"


def test_pieces_inside_a_code_are_the_quantity():
    assert priced(code="2812345000120", unit_price="1").line.quantity == 12


def test_a_returned_price_label_gives_its_price_back():
    line = priced(is_return=True, code="2112345006406").line
    assert (line.amount, line.quantity) == (Decimal("-6.40"), Decimal("-0.500"))


@pytest.mark.parametrize(
    "code", ["2312345005007", "0412345000001", "6.90123E+12", "https://x.cn/7"]
)
def test_what_cannot_be_read_is_kept_and_warned_about(code: str):
    sold = priced(code=code, quantity="1", unit_price="1")
    assert (sold.line.gtin, sold.line.code) == (None, code)
    assert "kept as the store's own code" in str(sold.warning)


def test_a_restricted_number_that_is_wholly_a_products_own_code_is_that_product():
    own = OwnCodes.of([PEARS.model_copy(update={"item_code": "2300000000004"})], ())
    asked = LineRequest(code="2300000000004", quantity=Decimal(1), unit_price=Decimal(1))
    sold = price_line(asked, number=1, terms=Terms(currency="CNY"), own=own, prices={})
    assert (sold.line.gtin, sold.warning) == (PEARS.gtin, None)
