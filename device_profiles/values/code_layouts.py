"""How a chain writes weights and prices into its own codes: numbers of restricted circulation that
are no GTIN. Each chain decides that for itself, so each chain says it."""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Annotated

from biip.checksums import gs1_price_weight_check_digit, gs1_standard_check_digit
from pydantic import AfterValidator, Field

from device_profiles.values.gtin import is_restricted

LENGTHS = (8, 12, 13)
_SHAPE = re.compile(r"(?P<prefix>[0-9]{1,3})[IWPNV.]+C")
_CHECKED = (4, 5)
"""Digits of a price that GS1 has a check digit for."""


class InvalidLayout(ValueError):
    """A layout that no code can have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """What one code of a layout carries: the chain's own item, and grams, money or pieces of it."""

    item_code: str
    weight_g: Decimal | None = None
    price: Decimal | None = None
    pieces: Decimal | None = None


def parse_layout(text: str) -> str:
    """The layout without its spaces.  Raises InvalidLayout with what is wrong.

    Digits are the prefix, `I` the item, `W` a weight, `P` a price, `N` pieces, `V` GS1's check
    digit of the price, `C` that of the code. A point says where the decimals begin; without one a
    weight is in grams and a price has two decimals.
    """
    layout = text.replace(" ", "").upper()
    places = layout.replace(".", "")
    if not _SHAPE.fullmatch(layout) or len(places) not in LENGTHS:
        raise InvalidLayout(
            f"code layout {text!r} is none: digits, then I, W, P, N or V, and C at the end, 8, 12"
            " or 13 in all, such as 21IIIIIWWWWWC"
        )
    values = [kind for kind in "WPN" if kind in places]
    if "I" not in places or len(values) > 1:
        raise InvalidLayout(f"code layout {text!r} needs I, and at most one of W, P, N")
    runs = re.findall(r"([IWPN])\1*", places)
    if len(runs) != len(set(runs)) or layout.count(".") > 1 or places.count("V") > 1:
        raise InvalidLayout(f"code layout {text!r} tells one thing in two places")
    if "V" in places and places.count("P") not in _CHECKED:
        raise InvalidLayout(f"code layout {text!r}: V checks a price of 4 or 5 digits")
    _require_restricted(text, places)
    return layout


def _require_restricted(text: str, places: str) -> None:
    prefix = places[: len(places) - len(places.lstrip("0123456789"))]
    if not is_restricted(prefix.ljust(len(places), "9").zfill(14)):
        raise InvalidLayout(
            f"code layout {text!r}: {prefix} begins product numbers of other companies; a chain's"
            " own begin with 02, 04, 20 to 29, or with 2 or 4 in 12 digits"
        )


CodeLayout = Annotated[str, Field(max_length=80), AfterValidator(parse_layout)]
"""A pydantic field: one layout, such as `2 I I I I I P P P P P C`."""

LAYOUTS_MOST = 100
"""Layouts of one chain."""
DEFAULT_LAYOUTS = ("20IIIIIWWWWWC",)
"""What holds where a chain says nothing: five digits of item, five of grams."""


def look_inside(number: str, layouts: tuple[str, ...]) -> Inside | None:
    """What the restricted `number`, in 8, 12 or 13 digits, says by the first layout that fits it;
    None where none does."""
    spellings = {number, "0" + number if len(number) == 12 else number.removeprefix("0")}
    for layout in layouts:
        for spelling in spellings:
            if (inside := _by_layout(spelling, layout)) is not None:
                return inside
    return None


def _by_layout(number: str, layout: str) -> Inside | None:
    shape, decimals = _compiled(layout)
    found = shape.fullmatch(number)
    if found is None or int(number[-1]) != gs1_standard_check_digit(number[:-1]):
        return None
    told = found.groupdict()
    price = told.get("P")
    if "V" in told and price and int(told["V"]) != gs1_price_weight_check_digit(price):
        return None
    value = {kind: Decimal(told[kind]).scaleb(-decimals) for kind in "WPN" if kind in told}
    return Inside(
        item_code=told["I"],
        weight_g=value["W"] * 1000 if "W" in value else None,
        price=value.get("P"),
        pieces=value.get("N"),
    )


@lru_cache(maxsize=1024)
def _compiled(layout: str) -> tuple[re.Pattern[str], int]:
    """The layout as a pattern with a group for each thing, and the decimals of its value."""
    whole, point, _ = layout.partition(".")
    places = layout.replace(".", "")
    pattern = "".join(
        run[0] if run[0][0].isdigit() else f"(?P<{run[0][0]}>[0-9]{{{len(run[0])}}})"
        for run in re.finditer(r"[0-9]+|([A-Z])\1*", places)
    )
    value = re.search(r"([WPN])\1*", places)
    if value is None:
        return re.compile(pattern), 0
    default = {"W": 3, "P": 2, "N": 0}[value[1]]
    return re.compile(pattern), value.end() - len(whole) if point else default
