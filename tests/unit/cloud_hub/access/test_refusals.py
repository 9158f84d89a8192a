"""Refusals: said one by one while they are few, counted once they are a flood."""

from datetime import timedelta

from cloud_hub.access.refusals import NOBODY, SHOWN, Refusal, Refusals
from tests.talking_device import NOON

WINDOW = timedelta(minutes=10)


def refusal(actor: str = "anna", *, address: str = "10.0.0.1", tenant: str = "chain") -> Refusal:
    return Refusal(
        tenant_id=tenant,
        actor=actor,
        action="sign-in-refused",
        subject=actor,
        address=address,
    )


def test_a_few_refusals_are_entries_of_their_own() -> None:
    refusals = Refusals(singles=3, window=WINDOW)
    for _ in range(3):
        act = refusals.note(refusal(), NOON)
        assert act is not None
        assert (act.tenant_id, act.actor, act.action) == ("chain", "anna", "sign-in-refused")
        assert act.detail == {"address": "10.0.0.1"}
    assert refusals.due(NOON + WINDOW) == []


def test_a_flood_is_one_entry_that_says_how_much_of_what() -> None:
    refusals = Refusals(singles=2, window=WINDOW)
    written = [
        refusals.note(refusal(f"u{n % 50}", address=f"10.0.{n % 300}.1"), NOON) for n in range(5000)
    ]
    assert sum(act is not None for act in written) == 2
    assert refusals.due(NOON + WINDOW - timedelta(seconds=1)) == []
    (act,) = refusals.due(NOON + WINDOW)
    assert (act.actor, act.action, act.subject) == (NOBODY, "sign-in-refused", "many")
    assert act.detail["times"] == 4998
    assert len(act.detail["actors"]) == len(act.detail["addresses"]) == SHOWN
    assert refusals.due(NOON + 3 * WINDOW) == []


def test_after_a_flood_refusals_stand_alone_again() -> None:
    refusals = Refusals(singles=1, window=WINDOW)
    for _ in range(3):
        refusals.note(refusal(), NOON)
    assert len(refusals.due(NOON + WINDOW)) == 1
    assert refusals.note(refusal(), NOON + WINDOW) is not None


def test_one_chains_flood_hides_no_other_chains_refusals() -> None:
    refusals = Refusals(singles=1, window=WINDOW)
    for _ in range(100):
        refusals.note(refusal(), NOON)
    assert refusals.note(refusal(tenant="other"), NOON) is not None


def test_a_hub_that_stops_tells_what_was_counted_so_far() -> None:
    refusals = Refusals(singles=1, window=WINDOW)
    for _ in range(3):
        refusals.note(refusal(), NOON)
    (act,) = refusals.due(NOON, at_once=True)
    assert act.detail["times"] == 2
