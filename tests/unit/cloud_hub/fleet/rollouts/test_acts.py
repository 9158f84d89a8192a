"""What people do with rollouts, who may, and what the audit log keeps of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa

from cloud_hub.access.tables import AuditEntry
from cloud_hub.access.viewer import Standing, Viewer
from cloud_hub.core.errors import NotFound, NotYours, Refused
from cloud_hub.fleet.artifacts.artifacts import DesiredVersion
from cloud_hub.fleet.artifacts.device_choice import choose_devices
from cloud_hub.fleet.rollouts import acts
from cloud_hub.fleet.rollouts.freezes import NewFreeze, set_freeze
from device_profiles.artifact import ArtifactKind
from device_profiles.store import LoginRole
from tests.small_chain import viewer
from tests.stage.rollouts.tills import NAME, NOW, PLAN, TENANT, TILLS, Tills

ANNA = replace(viewer(LoginRole.IT, tenant_id=TENANT), login_name="anna")
BEN = replace(ANNA, login_name="ben")
FREEZE = NewFreeze(
    first_day=date(2026, 11, 22), last_day=date(2026, 11, 25), reason="sale", by="anna"
)


def roll_out(tills: Tills, **changes: object) -> None:
    with tills.database.writing() as session:
        devices = choose_devices(session, TENANT, TILLS)
        acts.roll_out(session, tills.artifacts, devices, replace(PLAN, **changes), NOW)


def approve(tills: Tills, who: Viewer) -> None:
    with tills.database.writing() as session:
        acts.approve(session, tills.artifacts, who, NAME, NOW)


def logged(tills: Tills) -> list[tuple[str, str]]:
    with tills.database.sessions() as session:
        found = session.scalars(
            sa.select(AuditEntry)
            .where(AuditEntry.action.startswith("rollout"))
            .order_by(AuditEntry.entry)
        )
        return [(one.actor, one.action) for one in found]


def test_what_one_login_asked_for_another_one_approves(tills: Tills) -> None:
    roll_out(tills, second_kinds=frozenset({ArtifactKind.PRICE_LIST}))
    assert tills.asked() == []
    for who, why in (
        (ANNA, "another login must"),
        (replace(BEN, standing=Standing.WRITER), "a token may not approve rollouts"),
        (replace(BEN, role=LoginRole.HEAD_OFFICE), "may not approve rollouts"),
        (replace(BEN, store_ids=frozenset({"s01"})), "while it is bound to stores"),
    ):
        with pytest.raises(Refused, match=why):
            approve(tills, who)
    assert tills.asked() == []
    approve(tills, BEN)
    assert (tills.state, len(tills.asked())) == ("running", 2)
    with pytest.raises(Refused, match="waits for no approval"):
        approve(tills, BEN)
    assert logged(tills) == [("anna", "rollout-begun"), ("ben", "rollout-approved")]


def test_nothing_is_begun_assigned_or_approved_while_days_are_frozen(quick_tills: Tills) -> None:
    tills = quick_tills
    roll_out(tills, second_kinds=frozenset({ArtifactKind.PRICE_LIST}))
    with tills.database.writing() as session:
        set_freeze(session, TENANT, FREEZE, NOW)
    tries: tuple[Callable[[], None], ...] = (
        lambda: roll_out(tills),
        lambda: approve(tills, BEN),
        lambda: assign(tills, 2),
    )
    for attempt in tries:
        with pytest.raises(Refused, match="until the end of 2026-11-25: sale"):
            attempt()
    assert tills.wanted() == {}
    assign(tills, None)
    assert tills.state == "stopped"
    assert tills.why == "assigned by hand"


def assign(tills: Tills, version: int | None) -> None:
    with tills.database.writing() as session:
        devices = choose_devices(session, TENANT, TILLS)
        desired = DesiredVersion(name=NAME, version=version, by="anna")
        acts.assign_by_hand(session, tills.artifacts, devices, desired, NOW)


def test_one_login_alone_assigns_no_such_kind_at_once(quick_tills: Tills) -> None:
    kinds = [ArtifactKind.PRICE_LIST]
    desired = DesiredVersion(name=NAME, version=2, by="anna")
    with pytest.raises(Refused, match="a price-list needs the approval of a second login"):
        acts.require_one_may(quick_tills.artifacts, TENANT, desired, kinds)
    acts.require_one_may(quick_tills.artifacts, TENANT, desired, [ArtifactKind.MODEL])
    acts.require_one_may(quick_tills.artifacts, TENANT, replace(desired, version=None), kinds)


def test_a_rollout_is_stopped_and_sent_back_by_hand(quick_tills: Tills) -> None:
    roll_out(quick_tills)
    with quick_tills.database.writing() as session:
        acts.stop(session, BEN, NAME, NOW)
    assert (quick_tills.state, quick_tills.why) == ("stopped", "stopped by ben")
    assert len(quick_tills.asked()) == 2
    with quick_tills.database.writing() as session:
        acts.send_back(session, quick_tills.artifacts, BEN, NAME, NOW)
    assert (quick_tills.state, quick_tills.why) == ("back", "sent back by ben")
    assert quick_tills.asked() == []
    with quick_tills.database.writing() as session:
        with pytest.raises(Refused, match="nothing is to be taken back"):
            acts.send_back(session, quick_tills.artifacts, BEN, NAME, NOW)
        with pytest.raises(NotFound, match="no rollout of 'prices/none'"):
            acts.stop(session, BEN, "prices/none", NOW)
        with pytest.raises(NotYours):
            acts.stop(session, replace(BEN, role=LoginRole.HEAD_OFFICE), NAME, NOW)
    assert logged(quick_tills)[-2:] == [("ben", "rollout-stopped"), ("ben", "rollout-sent-back")]
