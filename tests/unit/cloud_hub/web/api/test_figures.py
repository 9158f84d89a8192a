"""Metrics asked over HTTP."""

from datetime import timedelta

from cloud_hub.register import METRICS
from device_profiles.store import LoginRole
from tests.small_chain import (
    TODAY,
    WATER,
    local,
)
from tests.stage.doors import Doors


async def test_the_registry_is_served_whole(doors: Doors) -> None:
    answer = await doors.get("/metrics", LoginRole.HEAD_OFFICE)
    assert [metric["name"] for metric in answer.json()] == list(METRICS)
    assert answer.json()[0]["title"] == {"en": "Footfall", "es": "Afluencia", "zh": "客流"}


async def test_a_metric_is_served_by_day_hour_and_store(doors: Doors) -> None:
    doors.chain.receipt(local(9), (WATER, "2", "4.00"))
    doors.chain.receipt(local(10), (WATER, "2", "6.00"), store_id="s02")
    doors.chain.receipt(local(9, day=TODAY - timedelta(days=1)), (WATER, "1", "2.50"))
    first = str(TODAY - timedelta(days=1))
    series = await doors.metric("net-sales", **{"from": first, "to": str(TODAY)})
    assert [(p["day"], float(p["value"])) for p in series["points"]] == [
        (first, 2.5),
        (str(TODAY), 10.0),
    ]
    assert float(series["total"]["value"]) == 12.5
    assert [point["provisional"] for point in series["points"]] == [False, True]
    assert series["currency"] == "CNY"
    hours = await doors.metric("net_sales", store="s01", grain="hour")
    assert {p["hour"]: float(p["value"]) for p in hours["points"]}[9] == 4.0
    assert {point["store"] for point in hours["points"]} == {"s01"}
    stores = await doors.metric("net-sales", each=True)
    assert [(p["store"], float(p["value"])) for p in stores["points"]] == [
        ("s01", 4.0),
        ("s02", 6.0),
    ]


async def test_no_data_is_null(doors: Doors) -> None:
    series = await doors.metric("conversion")
    assert series["total"]["value"] is None
    assert (await doors.metric("footfall"))["points"] == []


async def test_a_state_has_no_total_over_time(doors: Doors) -> None:
    doors.chain.photo(local(9))
    series = await doors.metric("facings")
    assert series["total"] is None
    assert [point["value"] for point in series["points"]] == [6]
