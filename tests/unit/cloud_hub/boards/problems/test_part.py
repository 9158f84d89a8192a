"""Where a problem leads its reader."""

import pytest

from cloud_hub.boards.problems.part import finding_address
from device_profiles.store import LoginRole
from tests.stage.page_parts import a_problem, a_reader


@pytest.mark.parametrize(
    ("role", "address"),
    [
        (LoginRole.HEAD_OFFICE, "/shelf/s01-a?slot=A-1-2"),
        (LoginRole.TECHNICIAN, "/device/s01-cooler"),
        (LoginRole.BRAND, "/shelf/s01-a?slot=A-1-2"),
    ],
)
def test_a_finding_leads_to_the_most_exact_page_its_reader_has(role, address):
    assert finding_address(a_problem(), a_reader(role)) == address


def test_a_finding_leads_nowhere_where_its_reader_has_no_page():
    row = a_problem(fixture_id=None, device_id="s01-till")
    assert finding_address(row, a_reader(LoginRole.BRAND)) is None
