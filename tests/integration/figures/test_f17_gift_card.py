"""A gift card counts once: when it is sold."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cloud_hub.sales.metrics import NET_SALES, UNITS_PER_TRANSACTION
from tests.stage.money_road import opened_road
from tests.talking_device import COLA, NOON


def paid(kind: str, amount: str) -> dict[str, Any]:
    return {"kind": kind, "amount": amount}


@pytest.mark.parametrize("kind", ["gift-card", "Gift Card", "giftcard", "礼品卡"])
async def test_a_gift_card_sold_and_spent_is_one_sale(tmp_path: Path, kind: str) -> None:
    async with opened_road(tmp_path) as road:
        card = {"code": "card", "quantity": 1, "unit_price": "50.00"}
        await road.till.sell(card, tenders=[paid("cash", "50.00")])
        goods = {"code": COLA, "quantity": 5, "unit_price": "10.00"}
        await road.till.sell(goods, tenders=[paid(kind, "50.00")])
        road.arrive()
        assert road.value(NET_SALES) == 50
        assert road.value(UNITS_PER_TRANSACTION) == 3


async def test_what_is_paid_beside_the_card_counts(tmp_path: Path) -> None:
    async with opened_road(tmp_path) as road:
        goods = {"code": COLA, "quantity": 1, "unit_price": "70.00"}
        await road.till.sell(goods, tenders=[paid("gift-card", "50"), paid("cash", "20")])
        road.arrive()
        assert road.value(NET_SALES) == 20


async def test_a_voided_sale_on_a_card_and_a_refund_to_one_change_no_sum(tmp_path: Path) -> None:
    async with opened_road(tmp_path) as road:
        goods = {"code": COLA, "quantity": 1, "unit_price": "50.00"}
        sold = await road.till.sell(goods, tenders=[paid("gift-card", "50")])
        await road.till.void(sold)
        await road.till.sell(goods, act="returns", tenders=[paid("gift-card", "50")])
        road.arrive(received_at=NOON + timedelta(minutes=1))
        assert road.value(NET_SALES) == 0
