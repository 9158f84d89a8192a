import json
from random import Random

import pytest

from device_profiles.device import DeviceProfile
from edge_agent.core.remote import Remote
from edge_agent.upkeep.artifact_checks import checks_for
from edge_agent.upkeep.updates import Updates
from sync.artifacts.slots import Slot, Slots
from sync.link.reconnect import Reconnect

GTIN = "06901234567892"
TILL = DeviceProfile.model_validate(
    {
        "tenant_id": "linguang",
        "store_id": "s01",
        "device_id": "s01-till",
        "kind": "till",
        "claim_token": "claim-token-s01-till",
        "till": {},
    }
)


def price_list(price: str, currency: str = "CNY") -> bytes:
    return json.dumps({"currency": currency, "prices": [{"gtin": GTIN, "price": price}]}).encode()


@pytest.fixture
def updates(tmp_path, writer, clock) -> Updates:
    made = Updates(
        slots=Slots(folder=tmp_path / "artifacts", quota_bytes=1 << 20),
        metadata=tmp_path / "metadata",
        checks={},
        credentials=lambda: None,
        remote=Remote(writer=writer, facts={}),
        clock=clock,
        retry=Reconnect(Random(1), spread_s=0.01),
    )
    made.checks = checks_for(TILL, made.manifest_of)
    return made


def sent(updates: Updates, version: int, content: bytes, *, is_proved: bool = True) -> Slot:
    sha256 = f"{version:064x}"
    slot = Slot(version=version, kind="price-list", sha256=sha256, file="p.json", bytes=1)
    updates.slots.draft(sha256, len(content)).write_bytes(content)
    updates.slots.fill(slot, is_packed=False)
    updates.slots.make_current("prices/till", slot)
    if is_proved:
        updates.slots.note_proved("prices/till", slot)
    return slot


def price(updates: Updates) -> str | None:
    listed = updates.price_list()
    return None if listed is None else str(listed.by_gtin[GTIN])


def test_without_anything_sent_a_device_works_with_what_it_was_fitted_with(updates):
    updates.take_up()
    assert updates.price_list() is None
    assert updates.gallery() is None
    assert updates.planograms(()) == ()


def test_three_starts_that_do_not_last_bring_back_the_one_before(updates):
    sent(updates, 1, price_list("1.00"))
    sent(updates, 2, price_list("2.00"), is_proved=False)
    for _ in range(3):
        updates.take_up()
        assert price(updates) == "2.00"
    updates.current.clear()
    updates.take_up()
    assert price(updates) == "1.00"
    assert "3 starts" in updates.slots.pointer("prices/till").why_not(2)


def test_a_file_that_fails_its_check_at_start_gives_way_down_to_what_was_fitted(updates):
    first = sent(updates, 1, price_list("1.00"))
    second = sent(updates, 2, price_list("2.00"))
    for slot in (first, second):
        updates.slots.path(slot).write_bytes(b"rotten")
    updates.take_up()
    assert updates.current == {}


async def test_a_wish_that_cannot_be_fetched_is_a_reported_problem(updates):
    updates.add_settings()
    updates._want({"prices/till": 1})
    assert not await updates._bring_all()
    (seen,) = updates.sight()
    assert (seen.en, seen.value[:13]) == ("prices/till, version", "- · version 1")
    state = updates.remote._put_in_force({})
    assert state["artifacts"] == {}
    assert "not claimed" in state["artifact_problems"]["prices/till"]


async def test_what_is_no_longer_wanted_goes(updates):
    sent(updates, 1, price_list("1.00"))
    updates.take_up()
    updates._want({})
    assert await updates._bring_all()
    assert updates.current == {}
    assert updates.slots.sweep() == 1
