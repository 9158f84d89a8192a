"""Devices that knocked, drawn."""

from datetime import timedelta

from cloud_hub.admin.devices.knocked import knocked_panel
from cloud_hub.fleet.enrolment.knocks import Knocked
from device_profiles.store import LoginRole
from tests.stage.page_parts import NOW, a_reader


def test_who_knocked_can_be_made_or_let_in_anew() -> None:
    reader = a_reader(LoginRole.TECHNICIAN)
    assert knocked_panel((), reader) is None
    rows = [
        Knocked(
            device_id=name,
            address="<10.1.2.3>",
            first_at=NOW - timedelta(hours=1),
            last_at=NOW - timedelta(minutes=3),
            times=times,
            is_known=is_known,
        )
        for name, times, is_known in (("s09-door", 2, False), ("s01-till", 1, True))
    ]
    page = str(knocked_panel(tuple(rows), reader))
    assert '<a href="/devices?new=s09-door">Make this device</a>' in page
    assert '<a href="/devices/s01-till">Get it a claim code</a>' in page
    assert "&lt;10.1.2.3&gt;" in page
    assert page.count("2 times") == 1
