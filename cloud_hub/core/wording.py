"""How money, times and durations are said inside sentences, in every language."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final
from zoneinfo import ZoneInfo

from cloud_hub.core.text import NO_WORDS, Amount, Day, Filling, Said, Text
from device_profiles.names import Names

_SYMBOLS = {"CNY": "¥", "EUR": "€", "GBP": "£", "JPY": "¥", "USD": "$"}
_MINUTE_S = 60
_HOUR_S = 3600
_DAY_S = 86_400

_MONEY = Text("{sign}{symbol} {amount}")
_PERCENT = Text("{sign}{number} %")
_YESTERDAY = Text("yesterday {time}")
_EARLIER = Text("{day} {time}")
_SECONDS, _MINUTES, _HOURS, _DAYS = Text("{n} s"), Text("{n} min"), Text("{n} h"), Text("{n} d")
_TWO_PARTS = Text("{more} {less}")
_IN_A_ROW = Text("{first}, {rest}")
_COUNTED: Final = (
    Text("No"),
    Text("One"),
    Text("Two"),
    Text("Three"),
    Text("Four"),
    Text("Five"),
    Text("Six"),
    Text("Seven"),
    Text("Eight"),
    Text("Nine"),
)


def money(amount: Decimal, currency: str, *, places: int = 0) -> Text:
    """The amount in whole units of the currency, or to its cents: "¥ 48,210" and "¥48,210"."""
    return _money(amount, currency, places, plus="")


def signed_money(amount: Decimal, currency: str) -> Text:
    """The same with its sign also where it is positive."""
    return _money(amount, currency, 0, plus="+")


def _money(amount: Decimal, currency: str, places: int, *, plus: str) -> Text:
    rounded = amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return _MONEY.filled(
        sign="−" if rounded < 0 else plus,
        symbol=_SYMBOLS.get(currency, currency),
        amount=Amount(abs(rounded), places),
    )


def number(value: float | Decimal, places: int) -> Amount:
    """A number with so many decimals."""
    return Amount(Decimal(value), places)


def quantity(amount: Decimal) -> Amount:
    """A number of pieces or kilograms without trailing zeros."""
    return Amount(amount)


def percent(ratio: float, *, places: int = 0) -> Text:
    """A share of 1: "96 %" and "96%"."""
    return _PERCENT.filled(sign="", number=_hundredths(ratio, places))


def change(ratio: float) -> Text:
    """A relative change with its sign: "−6 %" and "−6%"."""
    size = _hundredths(abs(ratio), 0)
    sign = "±" if not size.value else "−" if ratio < 0 else "+"
    return _PERCENT.filled(sign=sign, number=size)


def _hundredths(ratio: float, places: int) -> Amount:
    return Amount(Decimal(f"{ratio * 100:.{places}f}"), places)


def duration(seconds: float) -> Text:
    """The two largest parts of a duration: "12 s", "2 h 22 min", "2 d 1 h"."""
    whole = max(0, int(seconds))
    if whole < _MINUTE_S:
        return _SECONDS.filled(n=whole)
    if whole < _HOUR_S:
        return _MINUTES.filled(n=whole // _MINUTE_S)
    if whole < _DAY_S:
        return _two(_HOURS, whole // _HOUR_S, _MINUTES, whole % _HOUR_S // _MINUTE_S)
    return _two(_DAYS, whole // _DAY_S, _HOURS, whole % _DAY_S // _HOUR_S)


def _two(major: Text, more: int, minor: Text, less: int) -> Text:
    said = major.filled(n=more)
    return _TWO_PARTS.filled(more=said, less=minor.filled(n=less)) if less else said


def clock(at: datetime, zone: ZoneInfo, now: datetime) -> Said:
    """Clock time in the store's zone, with the day where it is another than today's."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    time = f"{local:%H:%M}"
    if local.date() == today:
        return Names.same(time)
    if (today - local.date()).days == 1:
        return _YESTERDAY.filled(time=time)
    return _EARLIER.filled(day=calendar_day(local.date()), time=time)


def calendar_day(day: date) -> Day:
    """A day of this year: "20 Nov" and "11月20日"."""
    return Day(day, "d MMM")


def weekday(day: date) -> Day:
    """The name of the weekday."""
    return Day(day, "EEEE")


def listed(parts: Sequence[Said], joint: Text = _IN_A_ROW) -> Said:
    """Words in a row, joined as `joint` joins its `first` and its `rest`."""
    if not parts:
        return NO_WORDS
    *before, said = parts
    for part in reversed(before):
        said = joint.filled(first=part, rest=said)
    return said


def count(number: int) -> Filling:
    """A small number in words, as sentences begin with it."""
    return _COUNTED[number] if number < len(_COUNTED) else Amount(Decimal(number))
