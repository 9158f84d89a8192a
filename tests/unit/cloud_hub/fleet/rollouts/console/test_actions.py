"""What the buttons of the page do, and what they answer."""

from datetime import timedelta
from pathlib import Path

import pytest

from cloud_hub.core.errors import NotFound
from cloud_hub.core.hub import hub_over
from cloud_hub.core.keys.key_store import load_secrets
from cloud_hub.core.settings import HubSettings
from cloud_hub.fleet.rollouts.console.actions import ACTIONS
from cloud_hub.fleet.rollouts.console.view import rollouts_view
from cloud_hub.web.actions import Acting, Answer, Declined, Done, Invalid
from cloud_hub.web.words import UTC, Words
from device_profiles.artifact import ArtifactKind
from device_profiles.store import LoginRole
from sync.core.clock import ManualClock
from tests.small_chain import viewer
from tests.stage.rollouts.tills import NAME, NOW, TENANT, Tills

BY_NAME = {action.name: action for action in ACTIONS}


@pytest.fixture
def office(quick_tills: Tills, tmp_path: Path) -> "Office":
    return Office(quick_tills, tmp_path)


class Office:
    """IT, who presses buttons."""

    def __init__(self, tills: Tills, folder: Path) -> None:
        self.tills = tills
        settings = HubSettings(data_dir=folder)
        self.hub = hub_over(settings, tills.database, load_secrets(folder), ManualClock(NOW))

    def press(self, name: str, **fields: object) -> Answer:
        action = BY_NAME[name]
        with self.tills.database.writing() as session:
            act = Acting(
                session=session,
                viewer=viewer(LoginRole.IT, tenant_id=TENANT),
                now=NOW,
                hub=self.hub,
                words=Words("en", UTC),
            )
            return action.do(act, action.form.model_validate(fields))


def test_a_rollout_is_approved_stopped_and_sent_back(office: Office) -> None:
    office.tills.begin(second_kinds=frozenset({ArtifactKind.PRICE_LIST}))
    assert isinstance(office.press("approve-rollout", artifact=NAME), Done)
    assert len(office.tills.asked()) == 2
    again = office.press("approve-rollout", artifact=NAME)
    assert isinstance(again, Declined)
    assert "waits for no approval" in again.message
    assert isinstance(office.press("end-rollout", artifact=NAME, end="stop"), Done)
    assert isinstance(office.press("end-rollout", artifact=NAME, end="back"), Done)
    assert office.tills.asked() == []
    for end in ("stop", "back"):
        assert isinstance(office.press("end-rollout", artifact=NAME, end=end), Declined)
        with pytest.raises(NotFound):
            office.press("end-rollout", artifact="none", end=end)


def test_days_are_frozen_and_lifted(office: Office) -> None:
    first = NOW.date()
    days = {"first_day": first, "last_day": first + timedelta(days=3), "reason": "sale"}
    assert isinstance(office.press("freeze-rollouts", **days), Done)
    wrong = office.press("freeze-rollouts", **days | {"last_day": first - timedelta(days=1)})
    assert isinstance(wrong, Invalid)
    assert list(wrong.errors) == ["last_day"]
    over = {"first_day": first - timedelta(days=9), "last_day": first - timedelta(days=8)}
    assert isinstance(office.press("freeze-rollouts", **days | over), Declined)
    with office.tills.database.sessions() as session:
        (row,) = rollouts_view(session, viewer(LoginRole.IT, tenant_id=TENANT), NOW).freezes
    assert isinstance(office.press("lift-freeze", freeze_id=row.freeze_id), Done)
    with pytest.raises(NotFound):
        office.press("lift-freeze", freeze_id=row.freeze_id)
