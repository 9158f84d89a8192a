"""What a number, a text, a time and a list may be wherever they come in: over the wire, by HTTP,
from a file. Both sides use these types, so that what one side takes the other can keep.

They follow from what has to hold them. SQLite and PostgreSQL have integers of 63 bits, no NUL in a
text and no half of a surrogate pair; a time must stay inside the calendar in every time zone; money
is kept with four places in 63 bits, and must add up over the years of a chain.
"""

import math
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Final

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, StringConstraints

INTEGER_MAX: Final = 2**63 - 1
"""The largest integer that both databases keep."""
COUNT_MAX: Final = 10**9
"""People, packs, pixels, bytes: 9 × 10⁹ of the largest still add up to an integer."""
NUMBER_MAX: Final = 2**48
"""Running numbers: at 1,000 a second, 8,900 years. 32,768 lanes add up to an integer."""
RECEIPT_NUMBER_MAX: Final = 2**62
FLOAT_MAX: Final = 1e12
MONEY_MAX: Final = Decimal(10) ** 10
"""One amount, and one receipt, either way. 90,000 of the largest add up to an integer with four
places; real ones, of a chain of a thousand stores, do for centuries."""
QUANTITY_MAX: Final = Decimal(10) ** 9
MILLISECONDS_MAX: Final = 2**43
"""278 years: how long a device may run, and how far its clock may jump."""
INTERVAL_MAX_S: Final = 900
"""A quarter of an hour: a zone's interval becomes a row a minute."""
EARLIEST_AT: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""Devices without a clock boot then."""
LATEST_AT: Final = datetime(2200, 1, 1, tzinfo=UTC)
EARLIEST_DAY: Final = date(1969, 12, 30)
LATEST_DAY: Final = date(2200, 1, 2)

KEPT: Final = r"^[^\x00]*$"
"""What a text may hold: anything but NUL. Half a surrogate pair is no text, pydantic refuses it."""
UNKEEPABLE: Final = re.compile(r"[\x00\ud800-\udfff]")
REMARK_CHARACTERS: Final = 1000
REPORT_CHARACTERS: Final = 12_000
LINE_CHARACTERS: Final = 300
"""Of a line that says what is wrong; it may quote what was sent."""
ITEMS_MAX: Final = 1_000_000
"""Products, listings, devices: entries of one list in a file or a request."""
JSON_DEPTH: Final = 32
JSON_CHARACTERS: Final = 64 * 1024

Integer = Annotated[int, Field(ge=-INTEGER_MAX, le=INTEGER_MAX)]
"""Any whole number."""
Count = Annotated[int, Field(ge=0, le=COUNT_MAX)]
"""How many of something."""
Version = Annotated[int, Field(ge=0, le=NUMBER_MAX)]
"""A running number; 0 before the first."""
Seq = Annotated[int, Field(ge=1, le=NUMBER_MAX)]
"""A running number from 1."""
ReceiptNumber = Annotated[int, Field(ge=0, lt=RECEIPT_NUMBER_MAX)]
"""A receipt's number, as a till or an older POS gives it: often a date and a counter."""
Monotonic = Annotated[int, Field(ge=0, le=MILLISECONDS_MAX)]
"""Milliseconds since a boot."""
IntervalS = Annotated[int, Field(ge=1, le=INTERVAL_MAX_S)]
"""Seconds that one measured value stands for."""

Number = Annotated[float, Field(ge=-FLOAT_MAX, le=FLOAT_MAX, allow_inf_nan=False)]
"""Any measured value."""
Amount = Annotated[float, Field(ge=0, le=FLOAT_MAX, allow_inf_nan=False)]
"""A measured value that is never negative."""
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
"""A part of a whole."""
Money = Annotated[Decimal, Field(ge=-MONEY_MAX, le=MONEY_MAX, allow_inf_nan=False)]
"""An amount or a price."""
Quantity = Annotated[Decimal, Field(ge=-QUANTITY_MAX, le=QUANTITY_MAX, allow_inf_nan=False)]
"""Pieces, kilograms, metres."""

Label = Annotated[str, StringConstraints(max_length=40, pattern=KEPT)]
"""A short name that machines give: it fits a key of the hub's tables."""
Word = Annotated[str, StringConstraints(max_length=80, pattern=KEPT)]
"""A name or a code."""
Text = Annotated[str, StringConstraints(max_length=200, pattern=KEPT)]
"""One line."""
Path = Annotated[str, StringConstraints(max_length=4096, pattern=KEPT)]
"""A file, a folder or an address; what the system itself takes."""
Secret = Annotated[str, StringConstraints(max_length=1024, pattern=KEPT)]
"""A password or a token."""
SealedText = Annotated[str, StringConstraints(max_length=1200, pattern=KEPT)]
"""One line of 200 characters, sealed."""
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$", max_length=64)]

Moment = Annotated[AwareDatetime, Field(ge=EARLIEST_AT, lt=LATEST_AT)]
"""A time that can be told in every time zone."""
Day = Annotated[date, Field(ge=EARLIEST_DAY, le=LATEST_DAY)]
"""A business day."""


def keepable(text: str, characters: int = REMARK_CHARACTERS) -> str:
    """`text` with what no database keeps replaced, and cut to so many characters."""
    return UNKEEPABLE.sub("\N{REPLACEMENT CHARACTER}", text[:characters])


def _remark(value: object) -> object:
    return keepable(value) if isinstance(value, str) else value


Remark = Annotated[
    str,
    StringConstraints(max_length=REMARK_CHARACTERS, pattern=KEPT),
    BeforeValidator(_remark),
]
"""What a program says to people, such as an error's message: cut to fit, never refused."""


def _report(value: object) -> object:
    return keepable(value, REPORT_CHARACTERS) if isinstance(value, str) else value


Report = Annotated[
    str,
    StringConstraints(max_length=REPORT_CHARACTERS, pattern=KEPT),
    BeforeValidator(_report),
]
"""What a program says to people in many lines: cut to fit, never refused."""


def is_within_time(moment: datetime) -> bool:
    """Whether an aware time can be told in every time zone."""
    return EARLIEST_AT <= moment < LATEST_AT


def unkeepable_in(value: object) -> str | None:
    """What stands somewhere in plain JSON data that a database could not keep; None for nothing."""
    return next(_unkeepable(value), None)


def _unkeepable(value: object) -> Iterator[str]:
    level, depth = [value], 0
    while level:
        if depth > JSON_DEPTH:
            yield f"it is nested deeper than {JSON_DEPTH} levels"
            return
        inner: list[object] = []
        for one in level:
            if type(one) is dict:
                inner += one.keys()
                inner += one.values()
            elif type(one) in (list, tuple):
                inner += one  # type: ignore[arg-type]
            elif (problem := _problem_of(one)) is not None:
                yield problem
        level, depth = inner, depth + 1


def _problem_of(value: object) -> str | None:
    match value:
        case str() if UNKEEPABLE.search(value):
            return "a text in it holds a NUL or half a surrogate pair"
        case str() if len(value) > JSON_CHARACTERS:
            return f"a text in it has more than {JSON_CHARACTERS} characters"
        case int() if abs(value) > INTEGER_MAX:
            return "a whole number in it has more than 63 bits"
        case float() if not math.isfinite(value):
            return "a number in it is not finite"
    return None


def _kept_json(value: dict[str, object]) -> dict[str, object]:
    if (problem := unkeepable_in(value)) is not None:
        raise ValueError(problem)
    return value


JsonObject = Annotated[dict[str, object], Field(max_length=1000), AfterValidator(_kept_json)]
"""Any JSON object that a database keeps. Its size is bounded where it is read."""
