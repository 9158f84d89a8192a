"""Units in the spellings that tills use count and move what they say."""

from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa

from cloud_hub.sales.metrics import SELL_OUT, UNITS_PER_TRANSACTION
from cloud_hub.sales.tables import ReceiptLine
from tests.stage.money_road import opened_road
from tests.talking_device import APPLES, COLA


@pytest.mark.parametrize(
    ("code", "quantity", "unit", "items", "moved"),
    [
        (COLA, "6", "pcs", 6, "6"),
        (COLA, "6", "", 6, "6"),
        (COLA, "2", "DZN", 24, "24"),
        (APPLES, "500", "G", 1, "0.5"),
        (APPLES, "2", "lb", 1, "0.9072"),
        (APPLES, "1", "公斤", 1, "1"),
    ],
)
async def test_a_line_counts_by_its_unit(
    tmp_path: Path, code: str, quantity: str, unit: str, items: int, moved: str
) -> None:
    async with opened_road(tmp_path) as road:
        await road.till.sell(
            {"code": code, "quantity": quantity, "unit": unit, "unit_price": "1.00"}
        )
        road.arrive()
        assert road.value(UNITS_PER_TRANSACTION) == items
        assert road.value(SELL_OUT) == items
        assert road.held(code)["customer"] == Decimal(moved)


@pytest.mark.parametrize(
    ("spelling", "name"),
    [("pcs", "each"), ("C62", "each"), ("个", "each"), ("", "each"), ("G", "g"), ("GRM", "g")],
)
async def test_a_unit_is_kept_and_told_by_its_short_name(
    tmp_path: Path, spelling: str, name: str
) -> None:
    async with opened_road(tmp_path) as road:
        line = {"code": COLA, "quantity": "1", "unit": spelling, "unit_price": "1.00"}
        answer = await road.till.sell(line)
        road.arrive()
        with road.database.sessions() as session:
            kept = session.scalars(sa.select(ReceiptLine.unit)).all()
    assert [line["unit"] for line in answer["lines"]] == kept == [name]


@pytest.mark.parametrize("unit", ["furlong", "kq", "???"])
async def test_an_unknown_unit_is_refused_at_the_door(tmp_path: Path, unit: str) -> None:
    async with opened_road(tmp_path) as road:
        line = {"code": COLA, "quantity": "6", "unit": unit, "unit_price": "1"}
        status, answer = await road.till.say("sales", {"lines": [line]})
        assert status == 422
        assert answer["error"].startswith(f"line 1: unit {unit!r} is not known")
