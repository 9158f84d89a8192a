"""GTIN: the number on a pack, and what else a scanner may read at a till."""

from dataclasses import dataclass
from typing import Annotated

from biip.checksums import gs1_standard_check_digit
from pydantic import AfterValidator, Field


class InvalidGtin(ValueError):
    """Not a GTIN: wrong length, not digits, or a failed check digit."""


def parse_gtin(text: str) -> str:
    """The 14-digit form of a GTIN-8, -12, -13 or -14.

    Raises InvalidGtin with what is wrong and what would be right.
    """
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit()):
        raise InvalidGtin(f"GTIN {text!r} has characters that are not digits")
    if len(digits) not in (8, 12, 13, 14):
        raise InvalidGtin(f"GTIN {text!r} has {len(digits)} digits; a GTIN has 8, 12, 13 or 14")
    expected = gs1_standard_check_digit(digits[:-1])
    if int(digits[-1]) != expected:
        raise InvalidGtin(f"GTIN {text!r} fails its check digit: the last digit must be {expected}")
    return digits.zfill(14)


Gtin = Annotated[str, Field(max_length=80), AfterValidator(parse_gtin)]
"""A pydantic field that accepts any GTIN length and keeps 14 digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannedCode:
    """What one scan at a till says: a GTIN, or a store's own item with its weight."""

    gtin: str | None
    item_code: str | None = None
    weight_g: int | None = None


def parse_scanned_code(text: str) -> ScannedCode:
    """What the code `text` under a scanner means.

    Prefix 20 is the store's own: five digits of item, five of weight in grams, one check digit.
    Every other code is a GTIN.  Raises InvalidGtin.
    Source: GS1 General Specifications, 2.1.12 (restricted circulation, variable measure).
    """
    gtin = parse_gtin(text)
    if len(text.strip()) == 13 and text.strip().startswith("20"):
        digits = text.strip()
        return ScannedCode(gtin=None, item_code=digits[2:7], weight_g=int(digits[7:12]))
    return ScannedCode(gtin=gtin)
