"""GTINs and scanned codes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_profiles.gtin import InvalidGtin, parse_gtin, parse_scanned_code


@pytest.mark.parametrize(
    ("text", "gtin"),
    [
        ("6901234567892", "06901234567892"),
        ("96385074", "00000096385074"),
        ("036000291452", "00036000291452"),
        (" 06901234567892 ", "06901234567892"),
    ],
)
def test_every_length_becomes_fourteen_digits(text: str, gtin: str) -> None:
    assert parse_gtin(text) == gtin


def test_a_failed_check_digit_names_the_right_one() -> None:
    with pytest.raises(InvalidGtin, match="fails its check digit: the last digit must be 2"):
        parse_gtin("6901234567890")


@pytest.mark.parametrize("text", ["", "12345", "69012345678٩2", "69012x4567892", "-6901234567892"])
def test_what_is_no_gtin_is_refused(text: str) -> None:
    with pytest.raises(InvalidGtin):
        parse_gtin(text)


@given(body=st.text("0123456789", min_size=13, max_size=13), slip=st.integers(1, 9))
def test_one_changed_check_digit_is_always_noticed(body: str, slip: int) -> None:
    right = next(d for d in "0123456789" if _accepted(body + d))
    wrong = str((int(right) + slip) % 10)
    assert not _accepted(body + wrong)


def _accepted(text: str) -> bool:
    try:
        parse_gtin(text)
    except InvalidGtin:
        return False
    return True


def test_a_weighed_item_carries_its_weight_and_no_gtin() -> None:
    code = parse_scanned_code("2000123012346")
    assert (code.gtin, code.item_code, code.weight_g) == (None, "00123", 1234)


def test_any_other_code_is_a_gtin() -> None:
    assert parse_scanned_code("6901234567892").gtin == "06901234567892"
