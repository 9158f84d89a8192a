"""Who did what: appended, chained, and any change to it found."""

import hashlib
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.access.audit_log import (
    BEFORE_THE_FIRST,
    SEALED,
    Act,
    Forged,
    _said,
    first_forged,
    logs_to_verify,
    record_act,
    seal_logs,
)
from cloud_hub.access.tables import AuditEntry
from cloud_hub.core.errors import UnusableData
from cloud_hub.core.keys.audit_seal import HEAD_FILE
from cloud_hub.core.storage.database import Database, open_database
from tests.stage.audit_logs import seal_in
from tests.talking_device import NOON


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.writing() as session:
        yield session


def act(session: Session, number: int, *, tenant: str = "linguang", **detail: Any) -> None:
    record_act(
        session,
        Act(
            tenant_id=tenant,
            actor="anna",
            action="command-restart",
            subject=f"s01-till-{number}",
            detail=detail,
        ),
        NOON + timedelta(minutes=number, microseconds=number),
    )


def entries(session: Session) -> list[AuditEntry]:
    session.flush()
    return list(session.scalars(sa.select(AuditEntry).order_by(AuditEntry.entry)))


def change(session: Session, entry: int, **values: Any) -> None:
    session.flush()
    session.execute(sa.update(AuditEntry).where(AuditEntry.entry == entry).values(**values))
    session.expire_all()


def remove(session: Session, which: sa.ColumnElement[bool]) -> None:
    session.flush()
    session.execute(sa.delete(AuditEntry).where(which))


def committed(database: Database, *numbers: int) -> None:
    with database.writing() as session:
        for number in numbers:
            act(session, number)


def test_acts_are_numbered_and_each_names_the_one_before(session: Session) -> None:
    for number in (1, 2, 3):
        act(session, number)
    first, second, third = entries(session)
    assert [entry.entry for entry in (first, second, third)] == [1, 2, 3]
    assert first.previous_hash == "0" * 64
    assert (second.previous_hash, third.previous_hash) == (first.hash, second.hash)
    assert first_forged(session, "linguang") is None


def test_an_untouched_log_is_genuine_whatever_it_holds(session: Session) -> None:
    act(session, 1, arguments={"camera_id": "门口", "seconds": 1.5, "list": [1, None, True]})
    act(session, 2)
    session.flush()
    session.expire_all()
    assert first_forged(session, "linguang") is None
    assert first_forged(session, "nobody") is None


@pytest.mark.parametrize(
    "changed",
    [
        {"actor": "berta"},
        {"action": "command-update"},
        {"subject": "s01-door"},
        {"detail": {"arguments": {}}},
        {"at": NOON},
        {"hash": "0" * 64},
    ],
)
def test_a_changed_entry_is_found(session: Session, changed: dict[str, Any]) -> None:
    for number in (1, 2, 3):
        act(session, number)
    change(session, 2, **changed)
    forged = first_forged(session, "linguang")
    assert forged is not None
    assert forged.entry == 2
    assert "was changed or put in" in forged.why


def test_who_has_the_database_but_not_the_keys_can_write_no_entry(session: Session) -> None:
    for number in (1, 2, 3):
        act(session, number)
    change(session, 3, actor="berta")
    forger = entries(session)[2]
    forger.hash = hashlib.sha256(_said(forger)).hexdigest()
    session.flush()
    forged = first_forged(session, "linguang")
    assert forged is not None
    assert forged.entry == 3


def test_a_whole_log_written_anew_without_the_keys_is_found(session: Session) -> None:
    for number in (1, 2, 3):
        act(session, number)
    kept = entries(session)
    previous = BEFORE_THE_FIRST
    for entry in kept:
        entry.actor, entry.previous_hash = "berta", previous
        entry.hash = previous = hashlib.sha256(_said(entry)).hexdigest()
    session.flush()
    forged = first_forged(session, "linguang")
    assert forged is not None
    assert forged.entry == 3


def test_an_entry_taken_out_is_found(session: Session) -> None:
    for number in (1, 2, 3, 4):
        act(session, number)
    remove(session, AuditEntry.entry.in_([2, 3]))
    assert first_forged(session, "linguang") == Forged(
        entry=2, why="is missing, as are all up to 3"
    )


def test_two_entries_that_changed_places_are_found(session: Session) -> None:
    for number in (1, 2, 3):
        act(session, number)
    session.flush()
    session.expunge_all()
    table = AuditEntry.__table__
    for old, new in ((1, 9), (2, 1), (9, 2)):
        session.execute(sa.update(table).where(table.c.entry == old).values(entry=new))
    forged = first_forged(session, "linguang")
    assert forged is not None
    assert forged.entry == 1


@pytest.mark.parametrize("kept", [0, 1, 2])
def test_entries_taken_from_the_end_are_found_by_the_head_beside_the_keys(
    database: Database, kept: int
) -> None:
    committed(database, 1, 2, 3)
    with database.writing() as session:
        remove(session, AuditEntry.entry > kept)
    with database.sessions() as session:
        forged = first_forged(session, "linguang")
        assert "linguang" in logs_to_verify(session)
    assert forged is not None
    assert (forged.entry, forged.why[:10]) == (kept + 1, "is missing")


def test_the_hole_stays_when_the_log_goes_on_behind_it(database: Database) -> None:
    committed(database, 1, 2, 3)
    with database.writing() as session:
        remove(session, AuditEntry.entry > 1)
    committed(database, 4, 5)
    with database.sessions() as session:
        assert [entry.entry for entry in entries(session)] == [1, 4, 5]
        assert first_forged(session, "linguang") == Forged(
            entry=2, why="is missing, as are all up to 3"
        )
        assert first_forged(session, "linguang", from_entry=4) is None


def test_a_head_that_was_changed_or_taken_away_is_said(database: Database, tmp_path: Path) -> None:
    committed(database, 1, 2)
    head = tmp_path / HEAD_FILE
    assert head.stat().st_mode & 0o777 == 0o600
    genuine = head.read_text()
    head.write_text(genuine.replace('"entry": 2', '"entry": 1'))
    with database.sessions() as session, pytest.raises(UnusableData, match="is damaged, or was"):
        first_forged(session, "linguang")
    head.unlink()
    with database.sessions() as session:
        forged = first_forged(session, "linguang")
    assert forged is not None
    assert "has no head beside the keys" in forged.why


def test_another_hubs_keys_know_no_entry(database: Database, tmp_path: Path) -> None:
    committed(database, 1, 2)
    (tmp_path / "other").mkdir()
    other = Database(database.engine, seal=seal_in(tmp_path / "other"))
    with other.sessions() as session:
        forged = first_forged(session, "linguang")
    assert forged is not None
    assert forged.entry == 1


def test_a_log_of_a_release_without_keys_is_closed_by_the_first_start(database: Database) -> None:
    with database.writing() as session:
        previous = BEFORE_THE_FIRST
        for number in (1, 2):
            entry = AuditEntry(
                tenant_id="linguang",
                entry=number,
                at=NOON,
                actor="anna",
                action="sign-in",
                subject="anna",
                detail={},
                previous_hash=previous,
                hash="",
            )
            entry.hash = previous = hashlib.sha256(_said(entry)).hexdigest()
            session.add(entry)
    with database.sessions() as session:
        forged = first_forged(session, "linguang")
        assert forged is not None
        assert forged.entry == 2
    for _ in range(2):
        with database.writing() as session:
            seal_logs(session, NOON)
    committed(database, 4)
    with database.writing() as session:
        assert [entry.action for entry in entries(session)][2:] == [SEALED, "command-restart"]
        assert first_forged(session, "linguang") is None
        change(session, 1, actor="berta")
        assert first_forged(session, "linguang") is not None


def test_an_act_is_undone_with_the_transaction_that_did_it(database: Database) -> None:
    def fail() -> None:
        with database.writing() as session:
            act(session, 1)
            raise RuntimeError("the act failed")

    with pytest.raises(RuntimeError):
        fail()
    with database.sessions() as session:
        assert entries(session) == []
        assert first_forged(session, "linguang") is None


def test_without_the_hubs_keys_nothing_is_noted_and_nothing_done(database: Database) -> None:
    keyless = Database(database.engine)

    def fail() -> None:
        with keyless.writing() as session:
            act(session, 1)

    with pytest.raises(UnusableData, match="cannot be signed"):
        fail()


def test_writers_side_by_side_make_one_chain(database: Database, tmp_path: Path) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    others = [open_database(url, seal=seal_in(tmp_path)) for _ in range(3)]

    def write(at: int) -> None:
        for number in range(5):
            with others[at].writing(["s01"] if at else None) as session:
                act(session, number)

    threads = [threading.Thread(target=write, args=(at,)) for at in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for other in others:
        other.close()
    with database.sessions() as session:
        assert [entry.entry for entry in entries(session)] == list(range(1, 16))
        assert first_forged(session, "linguang") is None
    assert seal_in(tmp_path).heads()["linguang"].entry == 15


def test_each_chain_has_a_log_of_its_own(session: Session) -> None:
    act(session, 1)
    act(session, 2, tenant="other")
    act(session, 3)
    kept = entries(session)
    assert sorted((entry.tenant_id, entry.entry) for entry in kept) == [
        ("linguang", 1),
        ("linguang", 2),
        ("other", 1),
    ]
    change(session, 1, actor="berta")
    assert first_forged(session, "other") is not None
