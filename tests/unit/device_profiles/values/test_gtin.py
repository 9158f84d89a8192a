"""GTINs and scanned codes."""

import pytest
from biip.checksums import gs1_standard_check_digit
from biip.gtin import Gtin
from biip.rcn import Rcn
from hypothesis import given
from hypothesis import strategies as st

from device_profiles.values.gtin import InvalidGtin, is_restricted, parse_gtin


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


@given(body=st.text("0123456789", min_size=11, max_size=12))
def test_numbers_for_use_within_a_chain_are_those_that_the_library_knows(body: str) -> None:
    digits = body + str(gs1_standard_check_digit(body))
    assert is_restricted(digits.zfill(14)) is isinstance(Gtin.parse(digits), Rcn)


@pytest.mark.parametrize("digits", ["2012345000004", "0212345000006", "0412345000004", "20123451"])
def test_a_number_for_use_within_a_chain_is_known_in_fourteen_digits(digits: str) -> None:
    assert is_restricted(digits.zfill(14))
    assert not is_restricted("06901234567892")
