"""A second door changes no day before its own, whatever is asked."""

from datetime import timedelta
from pathlib import Path

import pytest

from cloud_hub.master_data.editing import edit_store
from device_profiles.store import LoginRole
from tests.small_chain import TENANT, TODAY, WATER, SmallChain, local
from tests.stage.doors import opened_doors

WEEK = [TODAY - timedelta(days=back) for back in reversed(range(7))]


def open_in_the_morning(chain: SmallChain) -> None:
    with chain.database.writing() as session:
        edit_store(session, TENANT, "s01", {"opening_hours": {"opens": "09:00", "closes": "11:00"}})


async def test_the_days_before_a_second_door_are_what_they_were(tmp_path: Path) -> None:
    async with opened_doors(tmp_path) as doors:
        chain = doors.chain
        open_in_the_morning(chain)
        for day in WEEK:
            for minute in range(120):
                at = local(9 + minute // 60, minute % 60, day=day)
                chain.minute(at, 1, line_id="door-a")
                if day == TODAY:
                    chain.minute(at, 2, line_id="door-b")
                if minute % 4 == 0:
                    chain.receipt(at, (WATER, "1", "1.00"))
        for first, last in ((0, 0), (0, 5), (0, 6), (3, 6), (5, 6)):
            span = {"store": "s01", "from": str(WEEK[first]), "to": str(WEEK[last])}
            converted = await doors.metric("conversion", **span)
            people = await doors.metric("footfall", **span)
            days = [str(day) for day in WEEK[first : min(last, 5) + 1]]
            of_day = {point["day"]: point["value"] for point in converted["points"]}
            covered = {point["day"]: point["coverage"] for point in people["points"]}
            assert [of_day[day] for day in days] == [0.25] * len(days)
            assert [covered[day] for day in days] == [1.0] * len(days)
        whole = {"store": "s01", "from": str(WEEK[0]), "to": str(TODAY)}
        week = await doors.metric("conversion", **whole)
        page = (await doors.get("/views/stores/s01", LoginRole.HEAD_OFFICE)).json()
    assert week["total"]["value"] == pytest.approx(210 / 1080)
    rows = {row["business_day"]: row["conversion"] for row in page["days"]}
    assert [rows[str(day)] for day in WEEK[:-1]] == [0.25] * 6
