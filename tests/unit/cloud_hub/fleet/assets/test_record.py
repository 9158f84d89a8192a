"""Machines apart from their places: which stands where, since when, and who saw to it."""

from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.access.tables import AuditEntry
from cloud_hub.core.errors import NotFound
from cloud_hub.fleet.assets.record import (
    AssetBook,
    AssetSheet,
    CareVisit,
    KnownSerial,
    record_at,
)
from cloud_hub.fleet.enrolment.devices import DeviceSetUp
from cloud_hub.master_data.place_tables import DeviceRow
from tests.small_chain import NOW, TENANT, SmallChain

SHEET = AssetSheet(serial="SN-1", model="Frost 3", owner="Spring", warranty_until=date(2028, 1, 31))
VISIT = CareVisit(visited_on=date(2026, 11, 20), visitor="Wu", symptom="too warm", parts="fan")


@pytest.fixture
def chain(tmp_path: Path) -> SmallChain:
    return SmallChain.open(tmp_path, stores=2)


def book(session: Session, hours: int = 0) -> AssetBook:
    return AssetBook(session=session, tenant_id=TENANT, by="wu", now=NOW + timedelta(hours=hours))


def device(session: Session, device_id: str = "s01-cooler") -> DeviceRow:
    return session.get_one(DeviceRow, (TENANT, device_id))


def test_a_machine_moves_and_its_record_goes_with_it(chain: SmallChain) -> None:
    with chain.database.writing() as session:
        here, there = device(session), device(session, "s02-cooler")
        assert record_at(session, here) is None
        book(session).write(here, SHEET)
        book(session).note_visit(here, VISIT)
        with pytest.raises(KnownSerial):
            book(session, 1).write(there, SHEET)
        book(session, 1).write(here, AssetSheet(serial="SN-2"))
        book(session, 2).write(there, SHEET)
        moved, new = record_at(session, there), record_at(session, here)
        assert moved is not None
        assert new is not None
        assert (moved.sheet, moved.visits) == (SHEET, (VISIT,))
        assert [(row.device_id, row.since, row.until) for row in moved.places] == [
            ("s02-cooler", NOW + timedelta(hours=2), None),
            ("s01-cooler", NOW, NOW + timedelta(hours=1)),
        ]
        assert (new.sheet.serial, new.visits) == ("SN-2", ())


def test_a_change_keeps_its_place_and_the_same_again_is_no_act(chain: SmallChain) -> None:
    with chain.database.writing() as session:
        book(session).write(device(session), SHEET)
        book(session, 1).write(device(session), SHEET)
        book(session, 2).write(device(session), AssetSheet(serial="SN-1", owner="Autumn"))
        record = record_at(session, device(session))
        assert record is not None
        assert (record.sheet.owner, record.sheet.model, len(record.places)) == ("Autumn", "", 1)
        session.flush()
        acts = list(session.scalars(sa.select(AuditEntry.action)))
        assert acts == ["asset-placed", "asset-changed"]


def test_a_replaced_device_is_another_machine(chain: SmallChain) -> None:
    with chain.database.writing() as session:
        book(session).write(device(session), SHEET)
        set_up = DeviceSetUp(session=session, tenant_id=TENANT, by="wu", now=NOW)
        set_up.replace(device(session))
        assert record_at(session, device(session)) is None
        assert book(session).take_away(device(session)) is None


@pytest.mark.parametrize("photo", [None, "a" * 64])
def test_a_visit_needs_a_known_machine_and_a_photo_of_its_own(
    chain: SmallChain, photo: str | None
) -> None:
    visit = CareVisit(visited_on=VISIT.visited_on, visitor="Wu", symptom="dark", photo_sha256=photo)
    with chain.database.writing() as session:
        with pytest.raises(NotFound, match="no asset is known"):
            book(session).note_visit(device(session), visit)
        book(session).write(device(session), SHEET)
        if photo is None:
            assert book(session).note_visit(device(session), visit).noted_by == "wu"
        else:
            with pytest.raises(NotFound, match="took no photo"):
                book(session).note_visit(device(session), visit)
