"""How money, times and durations are said."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from cloud_hub.core import wording
from cloud_hub.core.text import Text

NOW = datetime(2026, 3, 4, 6, 32, tzinfo=UTC)
ZONE = ZoneInfo("Etc/GMT-8")


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
    assert wording.duration(seconds) == Text(en=en, zh=zh)


def test_money_and_changes_carry_their_sign() -> None:
    assert wording.money(Decimal("48210.4"), "CNY") == Text(en="¥ 48,210", zh="¥48,210")
    assert wording.money(Decimal("-3.6"), "CNY").en == "−¥ 4"
    assert wording.signed_money(Decimal("12"), "CNY").en == "+¥ 12"
    assert wording.change(-0.06) == Text(en="−6 %", zh="−6%")
    assert wording.change(0.026).en == "+3 %"
    assert wording.change(-0.001).en == "±0 %"


def test_a_clock_time_of_another_day_says_which() -> None:
    assert wording.clock(NOW, ZONE, NOW) == Text(en="14:32", zh="14:32")
    assert wording.clock(NOW - timedelta(days=1), ZONE, NOW).zh == "昨天 14:32"
    assert wording.clock(NOW - timedelta(days=9), ZONE, NOW).en == "23 Feb 14:32"


def test_quantities_have_no_trailing_zeros() -> None:
    assert wording.quantity(Decimal("24.0000")) == "24"
    assert wording.quantity(Decimal("0.4300")) == "0.43"
    assert wording.quantity(Decimal("100")) == "100"


def test_a_template_is_filled_in_both_languages() -> None:
    template = Text(en="{n} of {what}", zh="{what} {n} 个")
    filled = template.filled(n=3, what=Text(en="tea", zh="茶"))
    assert filled == Text(en="3 of tea", zh="茶 3 个")
    assert filled.said_in("zh-CN") == "茶 3 个"
    assert filled.said_in("de") == "3 of tea"
