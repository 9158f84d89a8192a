"""The console's words, numbers and times in one language."""

import gettext
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from cloud_hub.core import wording
from cloud_hub.core.text import Text
from cloud_hub.insight.figure import Figure, Number, Unit

LANGUAGES: Final = ("en", "zh")
LOCALES: Final = Path(__file__).parent / "locale"
DOMAIN: Final = "console"
UTC: Final = ZoneInfo("UTC")


class Words:
    """Everything that is written differently in English and in Chinese.

    `zone` is where clock times are told; `language` is one of LANGUAGES.
    """

    def __init__(self, language: str, zone: ZoneInfo) -> None:
        self.language = language if language in LANGUAGES else "en"
        self.zone = zone
        self.html_language = "zh-CN" if self.language == "zh" else "en"
        self._catalogue = gettext.translation(
            DOMAIN, LOCALES, languages=[self.language], fallback=self.language == "en"
        )

    def __call__(self, message: str, **values: object) -> str:
        """`message` in this language, its `{names}` filled in."""
        said = self._catalogue.gettext(message)
        return said.format(**values) if values else said

    def of(self, text: Text) -> str:
        """A text that came with the data."""
        return text.said_in(self.language)

    def number(self, value: Number, digits: int = 0) -> str:
        """12,431 or 4.5."""
        return f"{round(Decimal(value), digits):,.{digits}f}".replace("-", "−")

    def percent(self, fraction: Number, digits: int = 0) -> str:
        """96 %, without the space in Chinese."""
        return self.of(wording.percent(float(fraction), places=digits))

    def money(self, amount: Number, currency: str, digits: int = 0) -> str:
        """¥ 48,210, without the space in Chinese."""
        return self.of(wording.money(Decimal(amount), currency, places=digits))

    def value(self, figure: Figure) -> str:
        """A figure's value in its unit; "no data" where there is none."""
        return self.quantity(figure.value, figure.unit, figure.currency)

    def quantity(self, value: Number | None, unit: Unit, currency: str | None) -> str:
        """A number in its unit; "no data" where there is none."""
        if value is None:
            return self("no data")
        if unit is Unit.RATIO:
            return self.percent(float(value), 1)
        if unit in (Unit.MONEY, Unit.MONEY_PER_M2):
            return self.money(value, currency or "XXX", 2 if abs(float(value)) < 1000 else 0)
        if unit is Unit.SECONDS:
            return self.span(float(value))
        if unit is Unit.CELSIUS:
            return f"{self.number(value, 1)} °C"
        return self.number(value, 0 if float(value).is_integer() else 1)

    def span(self, seconds: float) -> str:
        """6:40, minutes and seconds."""
        whole = round(seconds)
        return f"{whole // 60}:{whole % 60:02d}"

    def change(self, figure: Figure) -> str | None:
        """The difference to the week before: −6 %, or +2.1 points for a ratio."""
        if figure.change is None:
            return None
        sign = "+" if figure.change > 0 else "−" if figure.change < 0 else "±"
        size = abs(figure.change) * 100
        if figure.unit is Unit.RATIO:
            return self("{sign}{points} pts", sign=sign, points=self.number(size, 1))
        return self(
            "{sign}{percent} %", sign=sign, percent=self.number(size, 1 if size < 10 else 0)
        )

    def clock(self, moment: datetime) -> str:
        """14:32 local time."""
        return f"{moment.astimezone(self.zone):%H:%M}"

    def moment(self, moment: datetime, now: datetime) -> str:
        """14:32 today, else with its day."""
        return self.of(wording.clock(moment, self.zone, now))

    def day(self, day: date) -> str:
        """Tue 17 Nov | 11月17日 周二."""
        name = self.of(wording.weekday(day))
        if self.language == "zh":
            return f"{day.month}月{day.day}日 {name}"
        return f"{name[:3]} {day.day} {day:%b}"
