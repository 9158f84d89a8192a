"""A receipt that the hub's sums could not hold is refused at the till."""

from pathlib import Path

import pytest

from cloud_hub.sales.metrics import NET_SALES
from tests.stage.money_road import opened_road


@pytest.mark.parametrize(
    ("lines", "price"), [(900, "999999999999.99"), (2, "9999999999"), (1, "10000000000.01")]
)
async def test_a_receipt_beyond_all_money_is_refused(
    tmp_path: Path, lines: int, price: str
) -> None:
    async with opened_road(tmp_path) as road:
        line = {"code": "a", "quantity": 1, "unit_price": price}
        status, answer = await road.till.say("sales", {"lines": [line] * lines})
        assert status == 422
        assert answer["error"].startswith(("lines.0.unit_price: ", "line 1: ", "19999999998"))
        assert "\n" not in answer["error"]


async def test_the_largest_receipts_of_a_day_add_up(tmp_path: Path) -> None:
    async with opened_road(tmp_path) as road:
        for _ in range(3):
            await road.till.sell({"code": "a", "quantity": 1, "unit_price": "9999999999.99"})
        road.arrive()
        assert str(road.value(NET_SALES)) == "29999999999.97"
