"""The console's words, numbers and times in one language."""

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from cloud_hub.core import wording
from cloud_hub.core.catalogues import catalogue_of, first_known
from cloud_hub.core.text import Amount, Day, Said
from cloud_hub.insight.figure import Figure, Number, Unit

HTML_LANGUAGES: Final = {"zh": "zh-CN"}
"""What a page says of its language, where its bare tag leaves the browser's choice of font open."""
UTC: Final = ZoneInfo("UTC")


class Words:
    """Everything that each language writes in its own way.

    `zone` is where clock times are told; `language` one that has a catalogue, else it is English.
    """

    def __init__(self, language: str, zone: ZoneInfo) -> None:
        self.language = first_known([language])
        self.zone = zone
        self.html_language = HTML_LANGUAGES.get(self.language, self.language)
        self._catalogue = catalogue_of(self.language)

    def __call__(self, message: str, **values: object) -> str:
        """`message` in this language, its `{names}` filled in."""
        said = self._catalogue.gettext(message)
        return said.format(**values) if values else said

    @property
    def age_units(self) -> str:
        """How each part of an age is written, as JSON for the script that lets ages grow."""
        parts = {"s": self("{n} s"), "min": self("{n} min"), "h": self("{n} h"), "d": self("{n} d")}
        return json.dumps(parts)

    def of(self, text: Said) -> str:
        """A text that came with the data."""
        return text.text(self.language)

    def number(self, value: Number, digits: int = 0) -> str:
        """12,431 or 4.5."""
        return Amount(round(Decimal(value), digits), digits).text(self.language)

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
        if unit is Unit.WATTS:
            return f"{self.number(value, 0)} W"
        if unit is Unit.KILOWATT_HOURS:
            return f"{self.number(value, 1)} kWh"
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
        return Day(day, "EEE d MMM").text(self.language)
