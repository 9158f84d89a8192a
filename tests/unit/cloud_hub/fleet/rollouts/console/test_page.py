"""The page: what is on its way, why it goes no further, and the buttons that may be pressed."""

from dataclasses import replace
from datetime import date

from cloud_hub.fleet.rollouts.console.page import rollouts_page
from cloud_hub.fleet.rollouts.console.view import FreezeRow, RolloutRow, RolloutsView
from cloud_hub.fleet.rollouts.plan import RolloutState
from cloud_hub.web.reader import Reader
from cloud_hub.web.words import UTC, Words
from device_profiles.names import Names
from device_profiles.store import LoginRole
from tests.small_chain import NOW, viewer

ROW = RolloutRow(
    name="models/product-detector",
    version=3,
    state=RolloutState.RUNNING,
    devices=40,
    asked=4,
    in_use=3,
    problems={"s01-cooler": "version 3: <golden picture>"},
    wave=1,
    waves=5,
    why=Names.same("waits"),
    hours="02:00-05:00",
    closed_only=True,
    metric="on-shelf-availability",
    judged=Names.same("too few"),
    begun_at=NOW,
    begun_by="anna",
    approved_by="ben",
    may_approve=False,
)
FREEZE = FreezeRow(
    freeze_id="f1",
    first_day=date(2026, 12, 20),
    last_day=date(2026, 12, 27),
    reason="Christmas",
    set_by="anna",
)


def drawn(row: RolloutRow, role: LoginRole = LoginRole.IT) -> str:
    view = RolloutsView(now=NOW, time_zone="UTC", rollouts=(row,), freezes=(FREEZE,))
    reader = Reader(viewer=viewer(role), words=Words("en", UTC), now=NOW, here="/rollouts")
    return str(rollouts_page(view, reader))


def test_a_rollout_says_how_it_stands() -> None:
    page = drawn(ROW)
    for said in (
        "on its way",
        "4 / 40",
        "waits",
        "too few",
        "asked for by anna · approved by ben · wave 1 of 5",
        "02:00-05:00",
        "not while the store is open",
        "version 3: &lt;golden picture&gt;",
        "Christmas",
    ):
        assert said in page


def test_only_buttons_that_make_sense_are_there() -> None:
    page = drawn(ROW)
    assert 'value="stop"' in page
    assert 'value="back"' in page
    assert "approve-rollout" not in page
    proposed = replace(ROW, state=RolloutState.PROPOSED, asked=0, may_approve=True)
    page = drawn(proposed)
    assert "approve-rollout" in page
    assert 'value="back"' not in page
    page = drawn(replace(ROW, state=RolloutState.BACK))
    assert "end-rollout" not in page
    assert 'value="back"' in drawn(replace(ROW, state=RolloutState.DONE))


def test_who_may_only_look_has_no_buttons_and_no_form() -> None:
    page = drawn(ROW, LoginRole.HEAD_OFFICE)
    for action in ("end-rollout", "freeze-rollouts", "lift-freeze"):
        assert action not in page
