"""A day of which little is known is compared over what is known of it, wherever it is shown."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cloud_hub.master_data.editing import edit_store
from device_profiles.store import LoginRole
from tests.small_chain import TENANT, TODAY, WATER, SmallChain, local
from tests.stage.doors import Doors, opened_doors

WEEK_BEFORE = TODAY - timedelta(days=7)
HOURS = range(8, 20)


def tell(chain: SmallChain, *, heard_until: int, watched_until: int) -> None:
    """A whole day a week ago; today until each of the hours, with a sale of 100.00 an hour."""
    with chain.database.writing() as session:
        edit_store(session, TENANT, "s01", {"opening_hours": {"opens": "08:00", "closes": "20:00"}})
    for day, sold, watched in (
        (WEEK_BEFORE, HOURS.stop, HOURS.stop),
        (TODAY, heard_until, watched_until),
    ):
        for hour in HOURS:
            if hour < sold:
                chain.receipt(local(hour, 30, day=day), (WATER, "1", "100.00"))
            for minute in range(60):
                if day != TODAY or hour < 14:
                    seen = int(hour < watched)
                    at = local(hour, minute, day=day)
                    chain.minute(at, seen, watched_s=60.0 * seen)
    chain.unlink("s01", local(heard_until))


async def view(doors: Doors, path: str) -> dict[str, dict[str, Any]]:
    answer = (await doors.get(f"/views/{path}", LoginRole.HEAD_OFFICE)).json()
    return {figure["metric"]: figure for figure in answer["figures"]}


def amount(told: Any) -> Decimal | None:
    return None if told is None else Decimal(str(told))


@pytest.mark.parametrize(
    ("heard_until", "watched_until", "sales_before", "people_before"),
    [
        (10, 10, 200, 120),
        (10, 14, 200, 360),
        (14, 10, 600, 120),
        (9, 9, 100, 60),
        # Nothing of today: no change, and none of its own.
        (8, 8, None, None),
    ],
)
async def test_a_till_and_a_door_that_fell_silent_change_nothing_by_it(
    tmp_path: Path,
    heard_until: int,
    watched_until: int,
    sales_before: int | None,
    people_before: int | None,
) -> None:
    async with opened_doors(tmp_path, stores=1) as doors:
        tell(doors.chain, heard_until=heard_until, watched_until=watched_until)
        page = await view(doors, "stores/s01")
    sales, people = page["net-sales"], page["footfall"]
    assert amount(sales["previous"]) == sales_before
    assert amount(people["previous"]) == people_before
    assert sales["change"] == (None if sales_before is None else 0)
    assert people["change"] == (None if people_before is None else 0)


async def test_no_page_and_no_headline_tells_of_a_loss_that_is_a_silence(tmp_path: Path) -> None:
    async with opened_doors(tmp_path, stores=1) as doors:
        tell(doors.chain, heard_until=10, watched_until=10)
        for path in ("home", "footfall", "stores/s01"):
            for name, figure in (await view(doors, path)).items():
                assert figure["change"] in (None, 0), (path, name)
        home = (await doors.get("/views/home", LoginRole.HEAD_OFFICE)).json()
    assert "60" not in str(home["headline"])
