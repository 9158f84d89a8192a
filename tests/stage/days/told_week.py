"""A week in which every kind of fact happened, for questions that are asked of all metrics."""

from datetime import timedelta

from cloud_hub.coolers.health.marks import NOTHING_YET
from cloud_hub.coolers.health.tables import CoolerDay
from cloud_hub.coolers.tables import SensorReading
from cloud_hub.master_data.editing import edit_store
from cloud_hub.sales.tables import ReceiptIdentity
from tests.small_chain import COLA, PLAN, TEA, TENANT, TODAY, WATER, SmallChain, local

WEEK = [TODAY - timedelta(days=back) for back in reversed(range(7))]
HOURS = {"opens": "09:00", "closes": "12:00"}


def tell_a_week(chain: SmallChain) -> None:
    """A week of two stores, with hours of which nothing is known, in thirds and odd cents."""
    with chain.database.writing() as session:
        for store_id in ("s01", "s02"):
            edit_store(session, TENANT, store_id, {"opening_hours": HOURS})
    for number, day in enumerate(WEEK):
        for store_id in ("s01", "s02"):
            chain.minute(local(6, number, day=day), 0, store_id=store_id, staff=3)
            for minute in range(0, 180):
                at = local(9 + minute // 60, minute % 60, day=day)
                watched_s = 20.0 if store_id == "s02" and minute >= 120 else 60.0
                for role in ("entrance", "inner", "outside"):
                    chain.minute(
                        at,
                        minute % 3,
                        store_id=store_id,
                        staff=int(minute % 7 == 0),
                        watched_s=watched_s,
                        line_id=role,
                        role=role,
                    )
                chain.zone(at, 7.0 + minute / 3, 31.0, store_id=store_id, queue=minute % 3)
                chain.zone(
                    at, 9.0, store_id=store_id, zone_id="aisle", is_queue=False, category="Drinks"
                )
            for sale in range(30 + number):
                lines = ((WATER, "1", f"{sale}.37"), (TEA, "2", "3.33"), (COLA, "1", "0.01"))
                name = chain.receipt(local(9, sale, day=day), *lines, store_id=store_id)
                if sale % 3 == 0:
                    shown = {"tenant_id": TENANT, "receipt_id": name, "kind": "phone"}
                    chain.add(ReceiptIdentity(**shown, blind_index="a" * 64))
            back = ((WATER, "-1", "-1.37"),)
            chain.receipt(local(11, day=day), *back, type_="return", store_id=store_id)
            for hour in (9, 10, 11):
                seen = {slot: gtin for slot, gtin in PLAN.items() if slot != f"A-1-{hour % 3 + 1}"}
                unknown = (None,) * (number % 3)
                chain.photo(local(hour, day=day), seen=seen, extra=unknown, store_id=store_id)
        chain.add(_power(number), _cooler_day(number))
    chain.flush()


def _cooler_day(number: int) -> CoolerDay:
    told = {
        "is_judged": True,
        "energy_kwh": 7 / 3 + number,
        "metered_s": 86_000.0 if number < len(WEEK) - 1 else 38_000.0,
        "warned_since": local(7, day=WEEK[number]) if number % 3 == 2 else None,
    }
    return CoolerDay(
        tenant_id=TENANT,
        fixture_id="s01-a",
        business_day=WEEK[number],
        store_id="s01",
        heard=1,
        **(NOTHING_YET | told | {"computed_of": 1}),
    )


def _power(number: int) -> SensorReading:
    return SensorReading(
        tenant_id=TENANT,
        fixture_id="s01-a",
        kind="power",
        started_at=local(9, number, day=WEEK[number]),
        device_id="s01-cooler",
        store_id="s01",
        business_day=WEEK[number],
        interval_s=60,
        value=100 / 3 + number,
    )
