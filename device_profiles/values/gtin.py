"""GTIN: the number of a product, in its one form of 14 digits. What scanners and files make of it
is read in `codes`."""

from typing import Annotated

from biip.checksums import gs1_standard_check_digit
from pydantic import AfterValidator, Field

GTIN_LENGTHS = (8, 12, 13, 14)


class InvalidGtin(ValueError):
    """Not a GTIN: wrong length, not digits, or a failed check digit."""


def parse_gtin(text: str) -> str:
    """The 14-digit form of a GTIN-8, -12, -13 or -14.

    Raises InvalidGtin with what is wrong and what would be right.
    """
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit()):
        raise InvalidGtin(f"GTIN {text!r} has characters that are not digits")
    if len(digits) not in GTIN_LENGTHS:
        raise InvalidGtin(f"GTIN {text!r} has {len(digits)} digits; a GTIN has 8, 12, 13 or 14")
    expected = gs1_standard_check_digit(digits[:-1])
    if int(digits[-1]) != expected:
        raise InvalidGtin(f"GTIN {text!r} fails its check digit: the last digit must be {expected}")
    return digits.zfill(14)


def is_restricted(number: str) -> bool:
    """Whether `number`, in 14 digits, is for use within a chain or a region, and so no GTIN: 02, 04
    and 20 to 29 in 13 digits, which is 2 and 4 in 12; 0 and 2 in 8.

    Source: GS1 General Specifications, 1.4.4 and 2.1.12 (restricted circulation numbers).
    """
    body = number[1:]
    if body.startswith("00000"):
        return body[5] in "02"
    return body.startswith(("2", "02", "04"))


Gtin = Annotated[str, Field(max_length=80), AfterValidator(parse_gtin)]
"""A pydantic field of what programs tell each other: any GTIN length, kept in 14 digits."""
