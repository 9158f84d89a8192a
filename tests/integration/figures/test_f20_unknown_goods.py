"""Sell-out of goods that nobody knows is no data, and heals when master data come."""

from pathlib import Path

from cloud_hub.insight.metric import Aspect
from cloud_hub.sales.booking.healed_lines import heal_lines
from cloud_hub.sales.metrics import NET_SALES, SELL_OUT
from device_profiles.names import Names
from device_profiles.store import ProductProfile
from tests.stage.money_road import TENANT, Road, opened_road
from tests.talking_device import COLA, NOON, small_chain

NEW = "06901234567892"


def known_later(road: Road) -> None:
    chain = small_chain(2)
    name = Names.same("New")
    product = ProductProfile(gtin=NEW, name=name, brand_id="quanye", category=name)
    road.load(chain.model_copy(update={"products": (*chain.products, product)}))
    with road.database.writing() as session:
        heal_lines(session, TENANT, NOON)


async def test_units_of_unknown_goods_are_no_data(tmp_path: Path) -> None:
    async with opened_road(tmp_path) as road:
        await road.till.sell({"code": "margherita", "quantity": 49574, "unit_price": "1"})
        road.arrive()
        assert road.value(SELL_OUT) is None
        assert road.value(SELL_OUT, aspect=Aspect(brand_id="quanye")) is None
        assert road.value(NET_SALES) == 49574


async def test_a_store_that_sells_known_goods_too_has_them(tmp_path: Path) -> None:
    async with opened_road(tmp_path) as road:
        await road.till.sell(
            {"code": "margherita", "quantity": 9, "unit_price": "1"},
            {"code": COLA, "quantity": 2, "unit_price": "1"},
        )
        road.arrive()
        assert road.value(SELL_OUT) == 2


async def test_a_known_store_that_sold_nothing_sold_nothing(tmp_path: Path) -> None:
    async with opened_road(tmp_path) as road:
        assert (await road.till.say("no-sales", {}))[0] == 201
        road.arrive()
        assert road.value(SELL_OUT) == 0


async def test_what_was_sold_before_its_product_was_loaded_counts_from_then_on(
    tmp_path: Path,
) -> None:
    async with opened_road(tmp_path) as road:
        await road.till.sell({"code": NEW, "quantity": 4, "unit_price": "1"})
        gone = await road.till.sell({"code": NEW, "quantity": 7, "unit_price": "1"})
        await road.till.void(gone)
        road.arrive()
        assert road.value(SELL_OUT) is None
        known_later(road)
        assert road.value(SELL_OUT) == 4
        assert road.held(NEW) == {"customer": 4, "s01/floor": -4}


async def test_a_void_after_the_healing_takes_the_goods_back(tmp_path: Path) -> None:
    async with opened_road(tmp_path) as road:
        sold = await road.till.sell({"code": NEW, "quantity": 4, "unit_price": "1"})
        road.arrive()
        known_later(road)
        await road.till.void(sold)
        road.arrive()
        assert road.held(NEW) == {}
