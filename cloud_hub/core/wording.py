"""How money, times and durations are said inside sentences, in both languages."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from cloud_hub.core.text import Text

_SYMBOLS = {"CNY": "¥", "EUR": "€", "GBP": "£", "JPY": "¥", "USD": "$"}
_WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WEEKDAYS_ZH = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
_MINUTE_S = 60
_HOUR_S = 3600
_DAY_S = 86_400


def money(amount: Decimal, currency: str, *, places: int = 0) -> Text:
    """The amount in whole units of the currency, or to its cents: "¥ 48,210" and "¥48,210"."""
    rounded = amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    symbol = _SYMBOLS.get(currency, currency)
    sign = "−" if rounded < 0 else ""
    return Text(en=f"{sign}{symbol} {abs(rounded):,}", zh=f"{sign}{symbol}{abs(rounded):,}")


def signed_money(amount: Decimal, currency: str) -> Text:
    """The same with its sign also where it is positive."""
    said = money(amount, currency)
    return said if said.en.startswith("−") else Text(en=f"+{said.en}", zh=f"+{said.zh}")


def quantity(amount: Decimal) -> str:
    """A number of pieces or kilograms without trailing zeros."""
    return f"{amount.normalize():f}"


def percent(ratio: float, *, places: int = 0) -> Text:
    """A share of 1: "96 %" and "96%"."""
    said = f"{ratio * 100:.{places}f}".replace("-", "−")
    return Text(en=f"{said} %", zh=f"{said}%")


def change(ratio: float) -> Text:
    """A relative change with its sign: "−6 %" and "−6%"."""
    said = percent(abs(ratio))
    sign = "±" if said.en == "0 %" else "−" if ratio < 0 else "+"
    return Text(en=f"{sign}{said.en}", zh=f"{sign}{said.zh}")


def duration(seconds: float) -> Text:
    """The two largest parts of a duration: "12 s", "2 h 22 min", "2 d 1 h"."""
    whole = max(0, int(seconds))
    if whole < _MINUTE_S:
        return Text(en=f"{whole} s", zh=f"{whole} 秒")
    if whole < _HOUR_S:
        return Text(en=f"{whole // _MINUTE_S} min", zh=f"{whole // _MINUTE_S} 分钟")
    if whole < _DAY_S:
        hours, minutes = whole // _HOUR_S, whole % _HOUR_S // _MINUTE_S
        return _two(hours, "h", "小时", minutes, "min", "分钟")
    return _two(whole // _DAY_S, "d", "天", whole % _DAY_S // _HOUR_S, "h", "小时")


def clock(at: datetime, zone: ZoneInfo, now: datetime) -> Text:
    """Clock time in the store's zone, with the day where it is another than today's."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    time = f"{local:%H:%M}"
    if local.date() == today:
        return Text(en=time, zh=time)
    days = (today - local.date()).days
    if days == 1:
        return Text(en=f"yesterday {time}", zh=f"昨天 {time}")
    named = calendar_day(local.date())
    return Text(en=f"{named.en} {time}", zh=f"{named.zh} {time}")


def calendar_day(day: date) -> Text:
    """A day of this year: "20 Nov" and "11月20日"."""
    return Text(en=f"{day.day} {day:%b}", zh=f"{day.month}月{day.day}日")


def plural(number: int, one: str, many: str | None = None) -> str:
    """The English noun for so many."""
    return one if number == 1 else many or f"{one}s"


def weekday(day: date) -> Text:
    """The name of the weekday."""
    return Text(en=_WEEKDAYS_EN[day.weekday()], zh=_WEEKDAYS_ZH[day.weekday()])


def listed(parts: list[Text]) -> Text:
    """Names in a row."""
    return Text(en=", ".join(p.en for p in parts), zh="、".join(p.zh for p in parts))


def count(number: int) -> Text:
    """A small number in words, as sentences begin with it."""
    en = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")
    zh = ("没有", "一", "两", "三", "四", "五", "六", "七", "八", "九")
    if number < len(en):
        return Text(en=en[number], zh=zh[number])
    return Text(en=f"{number:,}", zh=f"{number:,}")


def _two(major: int, en: str, zh: str, minor: int, minor_en: str, minor_zh: str) -> Text:
    if not minor:
        return Text(en=f"{major} {en}", zh=f"{major} {zh}")
    return Text(en=f"{major} {en} {minor} {minor_en}", zh=f"{major} {zh} {minor} {minor_zh}")
