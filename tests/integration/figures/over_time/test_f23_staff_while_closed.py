"""What staff does while a store is closed is left out, and shown."""

from datetime import timedelta
from pathlib import Path

import pytest

from cloud_hub.master_data.editing import edit_store
from tests.small_chain import TENANT, TODAY, local
from tests.stage.doors import opened_doors


@pytest.mark.parametrize(("hour", "left_out"), [(6, 60), (12, 60), (9, 60), (23, 60)])
async def test_staff_that_crosses_while_the_store_is_closed_is_shown(
    tmp_path: Path, hour: int, left_out: int
) -> None:
    day = TODAY - timedelta(days=1)
    async with opened_doors(tmp_path) as doors:
        with doors.chain.database.writing() as session:
            hours = {"opens": "09:00", "closes": "11:00"}
            edit_store(session, TENANT, "s01", {"opening_hours": hours})
        for minute in range(60):
            doors.chain.minute(local(hour, minute, day=day), 0, staff=1)
        span = {"from": str(day), "to": str(day)}
        told = await doors.metric("staff-left-out", store="s01", **span)
        assert told["total"]["value"] == left_out
        people = await doors.metric("footfall", store="s01", **span)
        assert people["total"]["value"] == (0 if hour == 9 else None)
