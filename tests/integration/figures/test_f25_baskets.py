"""A receipt of nothing of value is no basket, and counts in no conversion."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cloud_hub.sales.metrics import AVERAGE_BASKET, MEMBER_RATE, NET_SALES
from tests.stage.money_road import opened_road


def line(quantity: str, price: str, **more: str) -> dict[str, Any]:
    return {"code": "a", "quantity": quantity, "unit_price": price} | more


@pytest.mark.parametrize(
    "empty",
    [
        [line("1", "0")],
        [line("-5", "0")],
        [line("1", "-11062.06", code="bad debt")],
        [line("2", "5"), line("-2", "5")],
        [line("1", "5", discount="5")],
        [line("1", "0"), line("3", "0", code="b")],
    ],
)
async def test_a_receipt_of_nothing_of_value_is_no_basket(
    tmp_path: Path, empty: list[dict[str, Any]]
) -> None:
    async with opened_road(tmp_path) as road:
        await road.till.sell(*empty)
        road.arrive()
        assert road.value(AVERAGE_BASKET) is None
        assert road.value(MEMBER_RATE) is None
        await road.till.sell(line("2", "10"))
        road.arrive()
        assert road.value(AVERAGE_BASKET) == 20


@pytest.mark.parametrize(
    "full",
    [
        [line("1", "5"), line("1", "-5", code="coupon")],
        [line("2", "5"), line("-1", "5")],
        [line("1", "0"), line("1", "0.01", code="b")],
    ],
)
async def test_whoever_takes_something_of_value_home_is_a_basket(
    tmp_path: Path, full: list[dict[str, Any]]
) -> None:
    async with opened_road(tmp_path) as road:
        sold = await road.till.sell(*full)
        road.arrive()
        assert road.value(AVERAGE_BASKET) == Decimal(sold["total"])


async def test_a_correction_is_in_net_sales_and_in_no_basket(tmp_path: Path) -> None:
    async with opened_road(tmp_path) as road:
        await road.till.sell(line("1", "100"))
        await road.till.sell(line("1", "-30", code="bad debt"))
        road.arrive()
        assert road.value(NET_SALES) == 70
        assert road.value(AVERAGE_BASKET) == 100
