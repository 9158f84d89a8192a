"""The console's words, numbers and times in one language."""

from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from cloud_hub.insight.figure import Number, Unit
from cloud_hub.web.words import Words
from tests.stage.page_parts import NOW, a_figure, a_reader


def test_a_ratio_differs_in_points_and_money_in_percent():
    words = a_reader().words
    ratio = a_figure(unit=Unit.RATIO, value=0.58, change=-0.021)
    assert words.change(ratio) == "−2.1 pts"
    assert words.change(a_figure(unit=Unit.MONEY, change=-0.06)) == "−6.0 %"


def words(language: str = "en") -> Words:
    return Words(language, ZoneInfo("Etc/GMT-8"))


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (None, Unit.PEOPLE, "no data"),
        (12431, Unit.PEOPLE, "12,431"),
        (4.5, Unit.UNITS, "4.5"),
        (4.0, Unit.UNITS, "4"),
        (0.583, Unit.RATIO, "58.3 %"),
        (Decimal("48210.40"), Unit.MONEY, "¥ 48,210"),
        (Decimal("12.5"), Unit.MONEY, "¥ 12.50"),
        (400.4, Unit.SECONDS, "6:40"),
        (-18.25, Unit.CELSIUS, "−18.2 °C"),
        (1480.4, Unit.WATTS, "1,480 W"),
        (9.64, Unit.KILOWATT_HOURS, "9.6 kWh"),
        (0, Unit.RECEIPTS, "0"),
    ],
)
def test_a_number_is_told_in_its_unit(value: Number | None, unit: Unit, said: str) -> None:
    assert words().quantity(value, unit, "CNY") == said


def test_chinese_has_no_space_before_its_signs() -> None:
    assert words("zh").percent(0.96) == "96%"
    assert words("zh").money(Decimal(48210), "CNY") == "¥48,210"
    assert words("zh").quantity(None, Unit.PEOPLE, None) == "无数据"


def test_a_language_that_nobody_translated_is_english() -> None:
    assert (words("de").language, words("de").html_language) == ("en", "en")
    assert words("zh").html_language == "zh-CN"


def test_times_are_told_in_the_readers_zone() -> None:
    assert words().clock(NOW) == "14:30"
    assert words().moment(NOW - timedelta(days=1), NOW) == "yesterday 14:30"


def test_a_day_is_told_with_its_weekday() -> None:
    assert words().day(date(2026, 11, 17)) == "Tue 17 Nov"
    assert words("zh").day(date(2026, 11, 17)) == "11月17日 周二"


@pytest.mark.parametrize(
    ("change", "unit", "said"),
    [
        (None, Unit.PEOPLE, None),
        (0.0, Unit.PEOPLE, "±0.0 %"),
        (0.25, Unit.PEOPLE, "+25 %"),
        (-0.5, Unit.RATIO, "−50.0 pts"),
    ],
)
def test_a_difference_has_its_sign(change: float | None, unit: Unit, said: str | None) -> None:
    assert words().change(a_figure(change=change, unit=unit)) == said


def test_a_message_is_filled_in_both_languages() -> None:
    assert words()("watched {share}", share="96 %") == "watched 96 %"
    assert "96%" in words("zh")("watched {share}", share="96%")
