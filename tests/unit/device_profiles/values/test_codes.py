"""What codes mean, whatever scanners, people and files make of them."""

from decimal import Decimal

import pytest
from biip.checksums import gs1_standard_check_digit
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from device_profiles.values.codes import ProductCode, item_key, read_code
from device_profiles.values.gtin import parse_gtin

OOLONG = "06901234567892"
CIGARETTES = "00042100005264"
PERIODICAL = "09771234567003"
LAYOUTS = ("20IIIIIWWWWWC", "21IIIIIPPPPPC", "2IIIIIPPPPPC", "28IIIIINNNNNC")


def sound(body: str) -> str:
    return body + str(gs1_standard_check_digit(body))


@pytest.mark.parametrize(
    "text",
    [
        *("6901234567892", "06901234567892", " 6901234567892\r\n", "\t6901234567892"),
        *("6 901234 567892", "690-1234-567892", "6901234\u00a0567892", "6901234\u2013567892"),
        *("６９０１２３４５６７８９２", "６９０１２３４　５６７８９２", "٦٩٠١٢٣٤٥٦٧٨٩٢"),
        *("\ufeff6901234567892", "690\u200b1234567892\u200e"),
        *("]E06901234567892", "]E36901234567892", "]C06901234567892"),
        *("]A06901234567892", "]e00106901234567892", "]C10106901234567892", "]d20106901234567892"),
        *("]Q3\x1d0106901234567892", "]I106901234567892", "]J10106901234567892"),
        *("6901234567892 12", "6901234567892+12345", "690123456789212", "]E3690123456789212"),
        *("6901234567892-12", "]E3690123456789212345"),
        *("0106901234567892", "010690123456789210LOT1", "010690123456789210LOT1\x1d17261231"),
        *("10LOT1\x1d0106901234567892", "\x1d0106901234567892", "<GS>0106901234567892"),
        *("0106901234567892\u241d10A", "17261231010690123456789210A".replace("17", "\x1d17", 1)),
        *("(01)06901234567892", "(01)06901234567892(10)LOT1", "(01) 06901234567892 (10) LOT1"),
        *("[01]06901234567892[17]261231", "(10)LOT1(01)06901234567892", "(01)06901234567892(10)Ü"),
        *("（01）06901234567892（10）LOT", "]C1010690123456789210LOT1"),
        *("https://id.gs1.org/01/06901234567892", "HTTPS://ID.GS1.ORG/01/06901234567892"),
        *("https://shop.example/p/01/06901234567892/10/A?17=261231&utm_source=x",),
        *("https://id.gs1.org/01/6901234567892", "id.gs1.org/01/06901234567892/21/7"),
        *("]Q1https://id.gs1.org/01/06901234567892", "https://x.example/8006/069012345678920102"),
    ],
)
def test_every_dress_of_a_gtin_is_the_gtin(text: str) -> None:
    assert (read_code(text).gtin, read_code(text).problem) == (OOLONG, "")


@pytest.mark.parametrize(
    ("text", "gtin"),
    [
        ("04252614", CIGARETTES),
        ("0425-2614", CIGARETTES),
        ("０４２５２６１４", CIGARETTES),
        ("]E004252614", CIGARETTES),
        ("042100005264", CIGARETTES),
        ("0042100005264", CIGARETTES),
        ("01234565", "00012345000065"),
        ("042100005264 12", CIGARETTES),
        ("04210000526412345", CIGARETTES),
        ("96385074", "00000096385074"),
        ("9638 5074", "00000096385074"),
        ("]E496385074", "00000096385074"),
        ("9771234567003 05", PERIODICAL),
        ("977123456700305", PERIODICAL),
        ("977123456700312345", PERIODICAL),
        ("978-7-111-54742-6", "09787111547426"),
        ("16901234567899", "16901234567899"),
    ],
)
def test_short_and_long_ones_become_fourteen_digits(text: str, gtin: str) -> None:
    assert (read_code(text).gtin, read_code(text).problem) == (gtin, "")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("6901234567890", "the last digit must be 2"),
        ("(01)06901234567890", "names no product"),
        ("(00)123456789012345675", "names no product"),
        ("123456789012345675", "18 digits"),
        ("42100005264", "11 digits"),
        ("https://shop.example/p/77", "names no product"),
        ("6.90123E+12", "its digits are lost"),
        ("6,9E+12", "its digits are lost"),
        ("6901234567892.0", "names no product"),
        ("'6901234567892", "names no product"),
        ('="6901234567892"', "names no product"),
        ("]C1LOT", "names no product"),
        ("]C0ABC", "names no product"),
        ("]E412345678", "fails its check digit"),
        ("(01)", "names no product"),
        ("0" * 500 + "1", "501 characters"),
    ],
)
def test_what_looks_like_a_code_and_cannot_be_read_says_why(text: str, reason: str) -> None:
    read = read_code(text)
    assert (read.gtin, read.item_code) == (None, None)
    assert reason in read.problem


@pytest.mark.parametrize(
    "text", ["x", "SKU-77", "POST", "12345", "425261", "0425261", "", " ", "85123a", "A/01/7", "无"]
)
def test_a_shops_own_code_is_neither_a_product_number_nor_a_problem(text: str) -> None:
    read = read_code(text)
    assert (read.gtin, read.item_code, read.problem) == (None, None, "")


RESTRICTED = [
    *(sound(f"{start}1234500000"[:12]) for start in ("20", "21", "24", "29", "02", "04")),
    *(sound("21234500500"), sound("41234500500"), "0" + sound("201234500000"), "20123451"),
]


@pytest.mark.parametrize("code", RESTRICTED)
def test_a_number_for_use_within_a_chain_is_never_a_gtin(code: str) -> None:
    for dress in (code, f" {code} ", f"]E0{code}", code.translate(str.maketrans("012", "０１２"))):
        read = read_code(dress, ())
        assert (read.gtin, bool(read.item_code)) == (None, True)
        assert "restricted circulation" in read.problem
    with pytest.raises(ValidationError, match="item_code"):
        TypeAdapter(ProductCode).validate_python(code)


@given(body=st.text("0123456789", min_size=10, max_size=10), start=st.sampled_from(["02", "04"]))
def test_no_number_of_02_or_04_is_a_gtin_in_any_of_its_lengths(body: str, start: str) -> None:
    whole = sound(start + body)
    assert read_code(whole, ()).gtin is None
    assert read_code(whole[1:], ()).gtin is None
    assert read_code("0" + whole, ()).gtin is None
    assert read_code(f"(01)0{whole}", ()).gtin is None


@given(body=st.text("0123456789", min_size=11, max_size=11))
def test_no_number_that_begins_with_2_is_a_gtin_in_twelve_or_thirteen_digits(body: str) -> None:
    assert read_code(sound("2" + body), ()).gtin is None
    assert read_code(sound("2" + body[1:]), ()).gtin is None


def test_weights_prices_and_pieces_are_read_by_the_chains_layouts() -> None:
    assert read_code("2012345005006", LAYOUTS).weight_g == 500
    assert read_code("2112345005003", LAYOUTS).price == Decimal("5.00")
    assert read_code("2112345005102", LAYOUTS).price == Decimal("5.10")
    assert read_code(sound("21234500500"), LAYOUTS).price == Decimal("5.00")
    assert read_code(sound("281234500012"), LAYOUTS).pieces == 12
    for code in ("2012345005006", "2112345005003", sound("21234500500")):
        assert read_code(code, LAYOUTS).item_code == "12345"


def test_a_gs1_code_with_a_weight_or_a_price_says_it() -> None:
    read = read_code("(01)90614141000015(3103)001234(3922)1234")
    assert (read.gtin, read.weight_g, read.price) == (
        *("90614141000015", Decimal(1234)),
        Decimal("12.34"),
    )
    pounds = read_code("(01)90614141000015(3202)000200").weight_g
    assert pounds is not None
    assert round(pounds, 3) == Decimal("907.185")


@pytest.mark.parametrize(
    ("one", "other"),
    [("00123", "123"), ("ab-1", "AB-1"), ("0", "000"), ("１２", "12"), (" 7 ", "7")],
)
def test_an_own_code_is_the_same_in_any_case_and_with_any_leading_zeros(
    one: str, other: str
) -> None:
    assert item_key(one) == item_key(other)


def test_own_codes_that_differ_are_kept_apart() -> None:
    assert len({item_key(code) for code in ("12", "102", "120", "a12", "a012")}) == 5


@pytest.mark.parametrize("text", ["6 901234 567892", "]E06901234567892", "(01)06901234567892"])
def test_a_field_of_a_product_takes_any_spelling(text: str) -> None:
    assert TypeAdapter(ProductCode).validate_python(text) == OOLONG


@pytest.mark.parametrize("text", ["", "12345", "6901234567890", "SKU-77", "6.9E+12"])
def test_a_field_of_a_product_refuses_what_is_no_gtin(text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(ProductCode).validate_python(text)


@given(st.text(max_size=40))
def test_no_text_at_all_breaks_the_reader(text: str) -> None:
    read = read_code(text, LAYOUTS)
    if read.gtin is not None:
        assert parse_gtin(read.gtin) == read.gtin
