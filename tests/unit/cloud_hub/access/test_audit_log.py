"""Who did what: appended, chained, and any change to it found."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.access.audit_log import Act, first_forged, record_act
from cloud_hub.access.tables import AuditEntry
from cloud_hub.core.storage.database import Database
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
    assert first_forged(session, "linguang") == 2


def test_an_entry_taken_out_is_found(session: Session) -> None:
    for number in (1, 2, 3):
        act(session, number)
    session.flush()
    session.execute(sa.delete(AuditEntry).where(AuditEntry.entry == 2))
    assert first_forged(session, "linguang") == 2


def test_an_act_is_undone_with_the_transaction_that_did_it(database: Database) -> None:
    def fail() -> None:
        with database.writing() as session:
            act(session, 1)
            raise RuntimeError("the act failed")

    with pytest.raises(RuntimeError):
        fail()
    with database.sessions() as session:
        assert entries(session) == []


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
    assert first_forged(session, "other") == 1
