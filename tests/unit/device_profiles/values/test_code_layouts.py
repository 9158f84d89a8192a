"""What stands inside a chain's own codes."""

from decimal import Decimal

import pytest
from biip.checksums import gs1_price_weight_check_digit, gs1_standard_check_digit

from device_profiles.values.code_layouts import InvalidLayout, look_inside, parse_layout


def sound(body: str) -> str:
    return body + str(gs1_standard_check_digit(body))


@pytest.mark.parametrize(
    ("text", "layout"),
    [
        ("2 I I I I I P P P P P C", "2IIIIIPPPPPC"),
        ("20iiiiiwwwwwc", "20IIIIIWWWWWC"),
        ("02 IIIII V PPPP C", "02IIIIIVPPPPC"),
        ("29IIIIIWW.WWWC", "29IIIIIWW.WWWC"),
        ("2IIIIIIC", "2IIIIIIC"),
        ("04IIIIIIIIIIC", "04IIIIIIIIIIC"),
    ],
)
def test_a_layout_may_be_written_with_spaces(text: str, layout: str) -> None:
    assert parse_layout(text) == layout


@pytest.mark.parametrize(
    "text",
    [
        *("", "20", "20IIIIIWWWWW", "IIIIIIIIIIIIC", "20IIIIIWWWWWWC", "20IIIIIWWPPPC"),
        *("20IIWWWIIWWWC", "20IIIIIXXXXXC", "69IIIIIPPPPPC", "20WWWWWWWWWWC", "20IIIIIVWWWWC"),
        *("20III.IIWW.WWC", "20IIIIVVPPPPC", "9IIIIIIC", "abc"),
    ],
)
def test_what_no_code_can_have_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(InvalidLayout, match="code layout"):
        parse_layout(text)


@pytest.mark.parametrize(
    ("layout", "body", "price"),
    [
        ("21IIIIIPPPPPC", "211234500500", "5.00"),
        ("21IIIIIPPPPP.C", "211234500500", "500"),
        ("21IIIIIPPP.PPC", "211234500500", "5.00"),
        ("21IIIIIPPPP.PC", "211234500500", "50.0"),
        ("2IIIIIPPPPPC", "21234500500", "5.00"),
        ("2IIIIIPPPPPC", "021234500500", "5.00"),
        ("02IIIIIPPPPPC", "21234500500", "5.00"),
    ],
)
def test_a_point_says_where_the_decimals_of_a_price_begin(
    layout: str, body: str, price: str
) -> None:
    inside = look_inside(sound(body), (layout,))
    assert inside is not None
    assert (inside.item_code, inside.price) == ("12345", Decimal(price))


def test_a_weight_is_in_grams_unless_a_point_says_kilograms() -> None:
    grams = look_inside(sound("201234501535"), ("20IIIIIWWWWWC",))
    tens = look_inside(sound("201234501535"), ("20IIIIIWWW.WWC",))
    assert grams is not None
    assert tens is not None
    assert (grams.weight_g, tens.weight_g) == (Decimal(1535), Decimal(15350))


def test_the_first_layout_that_fits_is_taken() -> None:
    both = ("20IIIIIWWWWWC", "2IIIIIIPPPPPC")
    inside = look_inside(sound("201234500500"), both)
    assert inside is not None
    assert (inside.weight_g, inside.price) == (500, None)


def test_a_prices_own_check_digit_is_checked() -> None:
    right = gs1_price_weight_check_digit("0500")
    for digit in range(10):
        inside = look_inside(sound(f"2112345{digit}0500"), ("21IIIIIVPPPPC",))
        assert (inside is not None) is (digit == right)


@pytest.mark.parametrize("code", ["2112345005004", "2212345005002", "20123451"])
def test_a_code_that_fits_no_layout_says_nothing(code: str) -> None:
    assert look_inside(code, ("21IIIIIPPPPPC",)) is None
