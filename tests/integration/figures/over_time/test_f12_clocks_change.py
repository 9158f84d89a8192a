"""A store that never closes counts every minute of the days on which clocks change."""

from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from cloud_hub.core.days.business_day import day_start
from cloud_hub.master_data.editing import edit_store
from sync.core.clock import ManualClock
from tests.small_chain import TENANT, SmallChain
from tests.stage.doors import Doors, opened_doors

BERLIN = "Europe/Berlin"


def never_close(chain: SmallChain, zone: str) -> None:
    hours = {"opens": "00:00", "closes": "23:59"}
    with chain.database.writing() as session:
        edit_store(session, TENANT, "s01", {"opening_hours": hours, "time_zone": zone})


def watch(chain: SmallChain, day: date, zone: str) -> None:
    at, until = (day_start(each, ZoneInfo(zone)) for each in (day, day + timedelta(days=1)))
    while at < until:
        chain.minute(at, 1, day=day)
        at += timedelta(minutes=1)


def wait_until(doors: Doors, day: date) -> None:
    clock = doors.hub.clock
    assert isinstance(clock, ManualClock)
    clock.advance((day_start(day, ZoneInfo("UTC")) - clock.now()).total_seconds())


async def test_every_minute_counts_on_the_day_on_which_clocks_go_forward(tmp_path: Path) -> None:
    days = {date(2026, 3, 28): 1380, date(2026, 3, 29): 1440, date(2026, 3, 30): 1440}
    async with opened_doors(tmp_path) as doors:
        never_close(doors.chain, BERLIN)
        for day in days:
            watch(doors.chain, day, BERLIN)
        wait_until(doors, date(2026, 4, 2))
        span = {"from": str(min(days)), "to": str(max(days))}
        told = await doors.metric("footfall", store="s01", **span)
        hours = await doors.metric("footfall", store="s01", **span, grain="hour")
    points = {date.fromisoformat(point["day"]): point for point in told["points"]}
    assert {day: point["value"] for day, point in points.items()} == days
    assert {point["coverage"] for point in points.values()} == {1.0}
    assert None not in {point["value"] for point in hours["points"]}
    assert told["total"]["value"] == 4260


async def test_an_hour_that_a_night_has_twice_has_both_of_them(tmp_path: Path) -> None:
    day = date(2025, 10, 25)
    async with opened_doors(tmp_path) as doors:
        never_close(doors.chain, BERLIN)
        watch(doors.chain, day, BERLIN)
        span = {"from": str(day), "to": str(day)}
        told = await doors.metric("footfall", store="s01", **span, grain="hour")
    values = {point["hour"]: (point["value"], point["coverage"]) for point in told["points"]}
    assert values.pop(2) == (120, 1.0)
    assert set(values.values()) == {(60, 1.0)}
    assert told["total"]["value"] == 1500
