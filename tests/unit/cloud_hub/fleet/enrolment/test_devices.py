"""Devices set up one at a time: what can be, what cannot, what the audit log says."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.access.tables import AuditEntry
from cloud_hub.core.errors import NotFound, Refused
from cloud_hub.core.storage.database import Database
from cloud_hub.fleet.enrolment.devices import (
    DeviceSetUp,
    DeviceSheet,
    Misfit,
    known_device,
    sheet_of,
)
from cloud_hub.fleet.enrolment.enrolment import (
    Claim,
    check_device,
    claim,
    disable,
    new_claim_token,
)
from cloud_hub.link.ingest.ingest import Ingest
from cloud_hub.link.tables import Epoch
from cloud_hub.master_data.place_tables import DeviceRow
from cloud_hub.sales.tables import Receipt
from device_profiles.names import Names
from device_profiles.store import DeviceKind
from sync.wire.messages import Verdict
from tests.small_chain import NOW, TENANT, SmallChain
from tests.stage.hub_tables import count
from tests.talking_device import NOON, TalkingDevice, answer_of, cola, receipt

SHEET = DeviceSheet(
    store_id="s01", kind=DeviceKind.COOLER, name=Names(en="New cooler"), fixture_id="s01-a"
)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    chain = SmallChain.open(tmp_path, stores=2)
    with chain.database.writing() as session:
        yield session
    chain.database.close()


@pytest.fixture
def set_up(session: Session) -> DeviceSetUp:
    return DeviceSetUp(session=session, tenant_id=TENANT, by="ling", now=NOW)


def test_a_made_device_gets_in_by_a_code_alone(set_up: DeviceSetUp, session: Session) -> None:
    device = set_up.make("s01-new", SHEET)
    assert sheet_of(device) == SHEET
    token = new_claim_token(session, device, NOW, again=False)
    said = Claim(tenant_id=TENANT, device_id="s01-new", claim_token=token)
    assert claim(session, said, NOW)[0].store_id == "s01"
    session.flush()
    (entry,) = session.scalars(sa.select(AuditEntry))
    assert (entry.action, entry.actor, entry.subject) == ("device-made", "ling", "s01-new")
    assert entry.detail["name"] == {"en": "New cooler"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"store_id": "s99"}, "store_id"),
        ({"fixture_id": "none"}, "fixture_id"),
        ({"fixture_id": "s02-a"}, "fixture_id"),
        ({"store_id": "s02"}, "fixture_id"),
    ],
)
def test_what_stands_nowhere_is_not_made(
    set_up: DeviceSetUp, change: dict[str, str], field: str
) -> None:
    with pytest.raises(Misfit) as raised:
        set_up.make("s01-new", replace(SHEET, **change))
    assert raised.value.field == field


def test_an_id_is_given_once(set_up: DeviceSetUp) -> None:
    with pytest.raises(Misfit) as raised:
        set_up.make("s01-till", SHEET)
    assert raised.value.field == "device_id"


def test_one_that_has_not_spoken_may_become_anything(set_up: DeviceSetUp) -> None:
    device = set_up.make("s01-new", SHEET)
    moved = DeviceSheet(store_id="s02", kind=DeviceKind.DOOR, name=Names(en="Door"))
    assert set_up.change(device, moved)
    assert sheet_of(device) == moved
    assert not set_up.change(device, moved)


@pytest.mark.parametrize("change", [{"store_id": "s02", "fixture_id": None}, {"kind": "till"}])
def test_one_that_has_spoken_stays_what_and_where_it_was(
    set_up: DeviceSetUp, change: dict[str, str]
) -> None:
    device = set_up.make("s01-new", SHEET)
    device.first_connected_at = NOW
    with pytest.raises(Misfit, match="make another device"):
        set_up.change(device, replace(SHEET, **change))
    assert set_up.change(device, replace(SHEET, name=Names(en="Renamed"), fixture_id=None))


def test_one_that_left_is_let_in_no_more_until_it_is_taken_back(
    set_up: DeviceSetUp, session: Session
) -> None:
    device = set_up.make("s01-new", SHEET)
    token = new_claim_token(session, device, NOW, again=False)
    said = Claim(tenant_id=TENANT, device_id="s01-new", claim_token=token)
    claim(session, said, NOW)
    with pytest.raises(Refused, match="is in the chain"):
        set_up.take_back(device)
    set_up.retire(device)
    assert (device.password_hash, device.left_at) == (None, NOW)
    with pytest.raises(Refused, match="no device of this name waits"):
        claim(session, said, NOW)
    with pytest.raises(Refused, match="left the chain already"):
        set_up.retire(device)
    set_up.take_back(device)
    assert claim(session, said, NOW)[0].device_id == "s01-new"


def test_a_device_that_is_none_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound, match="no device s99"):
        known_device(session, TENANT, "s99")


def test_a_replaced_device_is_another_one_under_the_same_name(
    set_up: DeviceSetUp, session: Session
) -> None:
    device = set_up.make("s01-new", SHEET)
    token = new_claim_token(session, device, NOW, again=False)
    said = Claim(tenant_id=TENANT, device_id="s01-new", claim_token=token)
    _, old_password = claim(session, said, NOW)
    device.first_connected_at = device.heard_at = NOW
    newer = set_up.replace(device)
    session.flush()
    assert check_device(session, "s01-new", old_password) is None
    assert sheet_of(device) == SHEET
    with pytest.raises(Refused):
        claim(session, said, NOW)
    assert claim(session, replace(said, claim_token=newer), NOW)[0].device_id == "s01-new"
    assert list(session.scalars(sa.select(AuditEntry.action)))[-1] == "device-replaced"


def test_one_that_left_or_is_locked_is_not_replaced(set_up: DeviceSetUp, session: Session) -> None:
    device = set_up.make("s01-new", SHEET)
    disable(session, device, NOW)
    with pytest.raises(Refused, match="was disabled"):
        set_up.replace(device)
    set_up.retire(device)
    with pytest.raises(Refused, match="left the chain"):
        set_up.replace(device)


def test_what_the_old_one_told_and_what_the_new_one_tells_are_never_mixed(
    ingest: Ingest, database: Database
) -> None:
    later = NOON + timedelta(hours=1)
    old = TalkingDevice(run="old")
    old.say(receipt(1, cola()), receipt(2, cola()))
    ingest.take([old.hello(received_at=later), *old.batches(received_at=later)])
    with database.writing() as session:
        (till,) = session.scalars(sa.select(DeviceRow).where(DeviceRow.device_id == old.device))
        session.get_one(Epoch, (till.tenant_id, till.device_id, 1)).first_heard_at = NOON
        swap = DeviceSetUp(session=session, tenant_id=till.tenant_id, by="ling", now=later)
        swap.replace(till)
    fresh = TalkingDevice(nonce="n2", run="new")
    answer = answer_of(fresh.hello(received_at=later), ingest)
    assert (answer.verdict, answer.epoch) == (Verdict.RENEW, 2)
    new = TalkingDevice(epoch=2, nonce="n3", run="new")
    new.say(receipt(3, cola()))
    ingest.take([new.hello(received_at=later), *new.batches(received_at=later)])
    assert count(database, Receipt) == 3
    with database.sessions() as session:
        states = {one.epoch: one.state for one in session.scalars(sa.select(Epoch))}
    assert states == {1: "past", 2: "live"}
