"""What each may see of rollouts."""

from dataclasses import replace

import pytest

from cloud_hub.core.errors import NotYours
from cloud_hub.fleet.rollouts.console.view import rollouts_view
from device_profiles.artifact import ArtifactKind
from device_profiles.store import LoginRole
from tests.small_chain import viewer
from tests.stage.rollouts.tills import NAME, NOW, TENANT, Tills

BEN = replace(viewer(LoginRole.IT, tenant_id=TENANT), login_name="ben")


def test_a_rollout_is_seen_with_what_it_waits_for_and_who_may_approve(quick_tills: Tills) -> None:
    quick_tills.begin(second_kinds=frozenset({ArtifactKind.PRICE_LIST}))
    with quick_tills.database.sessions() as session:
        (row,) = rollouts_view(session, BEN, NOW).rollouts
        assert (row.name, row.version, row.state, row.devices) == (NAME, 2, "proposed", 10)
        assert row.why is not None
        assert row.why.text("en") == "waits for the approval of another login than anna"
        assert row.may_approve
        anna = replace(BEN, login_name="anna")
        assert not rollouts_view(session, anna, NOW).rollouts[0].may_approve
        office = replace(BEN, role=LoginRole.HEAD_OFFICE)
        assert not rollouts_view(session, office, NOW).rollouts[0].may_approve
        with pytest.raises(NotYours):
            rollouts_view(session, replace(BEN, store_ids=frozenset({"s01"})), NOW)


def test_before_the_first_there_is_nothing_to_see(quick_tills: Tills) -> None:
    with quick_tills.database.sessions() as session:
        view = rollouts_view(session, BEN, NOW)
    assert (view.rollouts, view.freezes, view.time_zone) == ((), (), "Etc/GMT-8")
