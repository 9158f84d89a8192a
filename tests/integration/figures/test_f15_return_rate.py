"""A line that was taken off again, or a deposit paid back, is no return."""

from pathlib import Path
from typing import Any

import pytest

from cloud_hub.sales.metrics import NET_SALES, RETURN_RATE, UNITS_PER_TRANSACTION
from tests.stage.money_road import key_of, opened_road


def line(price: str, quantity: int = 1, code: str = "a") -> dict[str, Any]:
    return {"code": code, "quantity": quantity, "unit_price": price}


@pytest.mark.parametrize(
    ("lines", "net", "units"),
    [
        ([line("5"), line("5", -1), line("3", code="b")], 3, 1),
        ([line("3", code="b"), line("0.25", -4, code="deposit")], 2, -3),
        ([line("3", code="b"), line("-1", code="coupon")], 2, 2),
        ([line("4", 2), line("4", -1)], 4, 1),
    ],
)
async def test_what_is_taken_off_lowers_the_gross_and_is_no_return(
    tmp_path: Path, lines: list[dict[str, Any]], net: int, units: int
) -> None:
    async with opened_road(tmp_path) as road:
        await road.till.sell(*lines)
        road.arrive()
        assert road.value(RETURN_RATE) == 0
        assert road.value(NET_SALES) == net
        assert road.value(UNITS_PER_TRANSACTION) == units


async def test_a_line_that_names_what_comes_back_is_a_return_in_a_sale_too(tmp_path: Path) -> None:
    async with opened_road(tmp_path) as road:
        sold = await road.till.sell(line("10"))
        back = line("10", -1) | {"return_of": key_of(sold) | {"line": 1}}
        await road.till.sell(back, line("30", code="b"))
        road.arrive()
        assert road.value(RETURN_RATE) == 0.25
