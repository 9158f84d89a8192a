"""A till that sells in another currency than its chain never adds up with the others."""

from decimal import Decimal
from pathlib import Path

from cloud_hub.sales.metrics import AVERAGE_BASKET, NET_SALES, SALES_PER_M2
from tests.stage.hub_tables import rows
from tests.stage.money_road import opened_road
from tests.talking_device import COLA


async def test_euros_and_yuan_are_never_one_sum(tmp_path: Path) -> None:
    from cloud_hub.link.tables import DeadLetter

    async with opened_road(tmp_path, tills={"s01": "CNY", "s02": "EUR"}) as road:
        await road.tills["s01"].sell({"code": COLA, "quantity": 1, "unit_price": "50"})
        await road.tills["s02"].sell({"code": COLA, "quantity": 1, "unit_price": "100"})
        own, other = road.arrive()
        assert (own.dead, other.dead) == (0, 1)
        assert road.value(NET_SALES) == Decimal(50)
        assert road.value(AVERAGE_BASKET) == Decimal(50)
        assert road.value(SALES_PER_M2, "s01") == Decimal("0.5")
        (letter,) = rows(road.database, DeadLetter)
        assert "sells in EUR, the stores of this chain in CNY" in letter.error
