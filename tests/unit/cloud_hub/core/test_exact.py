"""Decimals that the hub keeps to the last digit, and those it cannot."""

from decimal import Decimal

import pytest

from cloud_hub.core.exact import exact, rounded


@pytest.mark.parametrize("text", ["0", "-0.0001", "3.50", "1E+2", "922337203685477.5807"])
def test_four_places_within_sixty_three_bits_are_kept(text: str) -> None:
    assert exact(Decimal(text)) == Decimal(text)


@pytest.mark.parametrize(
    "text", ["0.00001", "922337203685477.5808", "-1E+30", "NaN", "sNaN", "Infinity", "-Infinity"]
)
def test_anything_else_is_refused(text: str) -> None:
    assert exact(Decimal(text)) is None


@pytest.mark.parametrize(
    ("text", "kept"),
    [("1.00005", "1.0000"), ("1.00015", "1.0002"), ("-2.55555", "-2.5556"), ("7", "7.0000")],
)
def test_rounding_is_to_four_places_half_to_even(text: str, kept: str) -> None:
    assert str(rounded(Decimal(text))) == kept


@pytest.mark.parametrize("text", ["1E+16", "-1E+16", "NaN", "Infinity"])
def test_what_is_too_large_cannot_be_rounded_either(text: str) -> None:
    assert rounded(Decimal(text)) is None
