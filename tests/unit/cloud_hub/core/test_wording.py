"""How sentences, money, times and durations are said, in each language."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from cloud_hub.core import wording
from cloud_hub.core.text import NO_WORDS, Amount, Filling, Said
from device_profiles.names import Names

NOW = datetime(2026, 3, 4, 6, 32, tzinfo=UTC)
ZONE = ZoneInfo("Etc/GMT-8")


def both(said: Said | Filling) -> tuple[str, str]:
    assert not isinstance(said, str | int)
    return said.text("en"), said.text("zh")


@pytest.mark.parametrize(
    ("seconds", "en", "zh"),
    [
        (-5, "0 s", "0 秒"),
        (12, "12 s", "12 秒"),
        (240, "4 min", "4 分钟"),
        (8520, "2 h 22 min", "2 小时 22 分钟"),
        (7200, "2 h", "2 小时"),
        (176_400, "2 d 1 h", "2 天 1 小时"),
    ],
)
def test_durations_have_two_parts(seconds: float, en: str, zh: str) -> None:
    assert both(wording.duration(seconds)) == (en, zh)


def test_money_and_changes_carry_their_sign() -> None:
    assert both(wording.money(Decimal("48210.4"), "CNY")) == ("¥ 48,210", "¥48,210")
    assert wording.money(Decimal("-3.6"), "CNY").text("en") == "−¥ 4"
    assert wording.signed_money(Decimal("12"), "CNY").text("en") == "+¥ 12"
    assert both(wording.change(-0.06)) == ("−6 %", "−6%")
    assert wording.change(0.026).text("en") == "+3 %"
    assert wording.change(-0.001).text("en") == "±0 %"


def test_a_clock_time_of_another_day_says_which() -> None:
    assert both(wording.clock(NOW, ZONE, NOW)) == ("14:32", "14:32")
    assert wording.clock(NOW - timedelta(days=1), ZONE, NOW).text("zh") == "昨天 14:32"
    assert wording.clock(NOW - timedelta(days=9), ZONE, NOW).text("en") == "23 Feb 14:32"


def test_days_are_said_as_each_language_says_them() -> None:
    day = date(2026, 11, 20)
    assert both(wording.calendar_day(day)) == ("20 Nov", "11月20日")
    assert both(wording.weekday(day)) == ("Friday", "周五")


def test_quantities_have_no_trailing_zeros() -> None:
    assert wording.quantity(Decimal("24.0000")).text("en") == "24"
    assert wording.quantity(Decimal("0.4300")).text("en") == "0.43"
    assert wording.quantity(Decimal("100")).text("en") == "100"


def test_numbers_carry_the_separators_of_their_language() -> None:
    assert Amount(Decimal("-12431.55"), 1).text("en") == "−12,431.6"
    assert Amount(Decimal("-12431.55"), 1).text("es") == "−12.431,6"
    assert Amount(Decimal(1204)).text("pt-BR") == "1.204"


def test_words_in_a_row_are_joined_as_the_language_joins_them() -> None:
    row = wording.listed([Names.same("A"), Names.same("B"), Names.same("C")])
    assert both(row) == ("A, B, C", "A、B、C")
    assert both(wording.listed([])) == ("", "") == both(NO_WORDS)
