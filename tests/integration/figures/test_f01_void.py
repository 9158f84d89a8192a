"""A sale that was voided is as if it had never been sold."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from cloud_hub.sales.metrics import (
    AVERAGE_BASKET,
    NET_SALES,
    RETURN_RATE,
    SELL_OUT,
    UNITS_PER_TRANSACTION,
)
from cloud_hub.traffic.metrics import CONVERSION
from sync.events import FootfallCounted
from tests.stage.money_road import Road, opened_road
from tests.talking_device import COLA, NOON, OOLONG, TalkingDevice

TEN = {"code": COLA, "quantity": 1, "unit_price": "10.00"}
FORTY = {"code": OOLONG, "quantity": 2, "unit_price": "20.00"}
DAY_BEFORE = date(2026, 3, 3)


@pytest.fixture
async def road(tmp_path: Path) -> AsyncIterator[Road]:
    async with opened_road(tmp_path) as opened:
        yield opened


async def test_a_voided_sale_is_in_no_figure_and_its_goods_are_on_the_floor(road: Road) -> None:
    await road.till.sell(TEN)
    assert (await road.till.void(await road.till.sell(FORTY)))[0] == 201
    road.arrive()
    assert road.value(NET_SALES) == Decimal("10.00")
    assert road.value(AVERAGE_BASKET) == Decimal("10.00")
    assert road.value(UNITS_PER_TRANSACTION) == 1
    assert road.value(SELL_OUT) == 1
    assert road.held(OOLONG) == {}
    assert road.held(COLA) == {"customer": 1, "s01/floor": -1}


async def test_a_void_on_the_next_day_takes_the_sale_out_of_its_own_day(road: Road) -> None:
    yesterday = (NOON - timedelta(days=1)).isoformat()
    sold = await road.till.sell(TEN | {"quantity": 3}, ended_at=yesterday)
    road.arrive(received_at=NOON - timedelta(days=1))
    assert road.value(NET_SALES, first=DAY_BEFORE, last=DAY_BEFORE) == 30
    await road.till.void(sold)
    road.arrive()
    assert road.value(NET_SALES, first=DAY_BEFORE, last=DAY_BEFORE) == 0
    assert road.value(NET_SALES) == 0
    assert road.value(NET_SALES, first=DAY_BEFORE) == 0


async def test_a_voided_return_leaves_the_sale_as_it_was(road: Road) -> None:
    sold = await road.till.sell(FORTY)
    source = {name: sold[name] for name in ("workstation_id", "business_day", "sequence")}
    back = await road.till.sell(
        FORTY | {"quantity": 1, "return_of": source | {"line": 1}}, act="returns"
    )
    road.arrive()
    assert road.value(NET_SALES) == 20
    await road.till.void(back)
    road.arrive()
    assert road.value(NET_SALES) == 40
    assert road.value(RETURN_RATE) == 0
    assert road.held(OOLONG) == {"customer": 2, "s01/floor": -2}


async def test_what_was_known_before_the_void_is_still_what_was_known_then(road: Road) -> None:
    sold = await road.till.sell(TEN)
    road.arrive()
    await road.till.void(sold)
    road.arrive(received_at=NOON + timedelta(hours=2))
    assert road.value(NET_SALES, as_of=NOON + timedelta(hours=1)) == 10
    assert road.value(NET_SALES, as_of=NOON + timedelta(hours=3)) == 0


async def test_a_voided_sale_and_one_of_nothing_convert_nobody(road: Road) -> None:
    hour = NOON - timedelta(hours=1)
    for minute in range(20):
        at = (hour + timedelta(minutes=3 * minute)).isoformat()
        sold = await road.till.sell(TEN, ended_at=at)
    await road.till.void(sold)
    await road.till.sell(TEN | {"unit_price": "0"}, ended_at=hour.isoformat())
    door = TalkingDevice(kind="door")
    door.say(
        FootfallCounted(
            line_id="entrance",
            started_at=hour,
            in_=(1,) * 60,
            out=(0,) * 60,
            watched_s=(60.0,) * 60,
        )
    )
    road.arrive()
    road.ingest.take([door.hello(), *door.batches()])
    assert road.value(CONVERSION, "s01") == pytest.approx(19 / 60)
