"""The doors of the temperature log."""

import pytest

from device_profiles.store import LoginRole
from tests.small_chain import OWN
from tests.stage.doors import Doors

LOG = "/fixtures/s01-a/temperature-log"


async def test_the_log_comes_as_data_and_as_a_pdf_in_the_readers_language(doors: Doors) -> None:
    data = await doors.get(LOG, LoginRole.HEAD_OFFICE, limit_c="5")
    assert (data.status_code, data.json()["limit_c"]) == (200, 5.0)
    paper = await doors.get(f"{LOG}.pdf", LoginRole.STORE, "s01")
    assert paper.headers["content-type"] == "application/pdf"
    assert paper.headers["content-disposition"].startswith('inline; filename="temperature-log-s01')
    assert paper.content.startswith(b"%PDF-")


@pytest.mark.parametrize("month", ["2026-13", "2026-1", "0000-01", "1999-12", "soon", "2999-01"])
async def test_a_month_that_is_none_is_refused(doors: Doors, month: str) -> None:
    answer = await doors.get(f"{LOG}.pdf", LoginRole.HEAD_OFFICE, month=month)
    assert answer.status_code == 422, answer.text


async def test_it_is_shown_to_who_may_see_the_cooler_and_to_nobody_else(doors: Doors) -> None:
    for role, scope, status in (
        (LoginRole.STORE, "s02", 404),
        (LoginRole.TECHNICIAN, None, 403),
        (LoginRole.BRAND, OWN, 200),
    ):
        answer = await doors.get(LOG, role, scope)
        assert answer.status_code == status, (role, answer.text)
