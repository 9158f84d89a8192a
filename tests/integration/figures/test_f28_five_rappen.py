"""What a till rounds cash by is part of its takings, and of net sales."""

from decimal import Decimal
from pathlib import Path

import pytest

from cloud_hub.sales.metrics import AVERAGE_BASKET, NET_SALES
from tests.stage.money_road import opened_road


@pytest.mark.parametrize(
    ("currency", "prices", "cash"),
    [
        ("CHF", ("5.44", "5.44"), "10.90"),
        ("CHF", ("5.46", "5.46"), "10.90"),
        ("SEK", ("10.49",), "10"),
        ("NZD", ("7.96",), "8.00"),
        ("CZK", ("99.60",), "100"),
    ],
)
async def test_net_sales_are_as_rounded_by_the_till(
    tmp_path: Path, currency: str, prices: tuple[str, ...], cash: str
) -> None:
    async with opened_road(tmp_path, currency=currency) as road:
        lines = [{"code": "a", "quantity": 1, "unit_price": price} for price in prices]
        sold = await road.till.sell(*lines, tenders=[{"kind": "cash", "amount": cash}])
        assert Decimal(sold["total"]) == Decimal(cash)
        road.arrive()
        assert road.value(NET_SALES) == Decimal(cash)
        assert road.value(AVERAGE_BASKET) == Decimal(cash)
        await road.till.void(sold)
        road.arrive()
        assert road.value(NET_SALES) == 0


async def test_a_card_is_not_rounded(tmp_path: Path) -> None:
    async with opened_road(tmp_path, currency="CHF") as road:
        line = {"code": "a", "quantity": 2, "unit_price": "5.44"}
        tender = {"kind": "card", "amount": "10.90"}
        assert (await road.till.say("sales", {"lines": [line], "tenders": [tender]}))[0] == 422
