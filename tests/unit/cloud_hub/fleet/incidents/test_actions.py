"""The buttons of the page, tried in a browser by tests/browser; here what they answer."""

import pytest

from cloud_hub.core.errors import AlreadyDone
from cloud_hub.fleet.incidents.actions import ACKNOWLEDGE, SNOOZE
from cloud_hub.web.actions import Acting, Done
from cloud_hub.web.words import UTC, Words
from device_profiles.store import LoginRole
from tests.small_chain import viewer
from tests.stage.doors import Doors
from tests.stage.incidents.dark_store import NIGHT, incidents, look, set_links


async def test_each_button_is_done_once_and_then_says_why_not(doors: Doors) -> None:
    set_links(doors.chain, "s02", NIGHT)
    look(doors.chain, NIGHT.replace(minute=10))
    (incident,) = incidents(doors.chain)
    about = {"incident_id": incident.incident_id}
    with doors.hub.database.writing() as session:
        act = Acting(
            session=session,
            viewer=viewer(LoginRole.IT),
            now=NIGHT,
            hub=doors.hub,
            words=Words("en", UTC),
        )
        snoozed = SNOOZE.do(act, SNOOZE.form(**about, hours=1, reason="x"))
        assert isinstance(snoozed, Done)
        form = ACKNOWLEDGE.form(**about)
        assert isinstance(ACKNOWLEDGE.do(act, form), Done)
        # The road that all acts take tells it in the reader's words.
        with pytest.raises(AlreadyDone, match="already"):
            ACKNOWLEDGE.do(act, form)
        session.rollback()
