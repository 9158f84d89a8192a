import pytest
import sqlalchemy as sa
from sqlalchemy.exc import StatementError

from cloud_hub.core.storage.bulk_insert import COPIED, insert_new, insert_or_merge, lesser
from cloud_hub.core.storage.database import Database
from cloud_hub.link.tables import DeadLetter, ReceivedRange
from tests.talking_device import NOON

MANY = 2 * COPIED


def a_letter(number: int, error: str = "no GTIN") -> dict[str, object]:
    return {
        "tenant_id": "linguang",
        "letter_id": f"s01-till/1/0/{number}",
        "device_id": "s01-till",
        "store_id": "s01",
        "epoch": 1,
        "lane": 0,
        "seq": number,
        "raw": b"{}",
        "error": error,
        "received_at": NOON,
        "replayed_at": None,
    }


def errors(database: Database) -> dict[str, str]:
    with database.sessions() as session:
        rows = session.execute(sa.select(DeadLetter.letter_id, DeadLetter.error))
        return {row.letter_id: row.error for row in rows}


def test_many_new_rows_leave_the_known_ones_as_they_are(database: Database) -> None:
    with database.writing() as session:
        insert_new(session, DeadLetter, [a_letter(7, "first")])
    with database.writing() as session:
        insert_new(session, DeadLetter, [a_letter(n, "a\tb\\c\nd 京") for n in range(MANY)])
    kept = errors(database)
    assert len(kept) == MANY
    assert kept["s01-till/1/0/7"] == "first"
    assert kept["s01-till/1/0/8"] == "a\tb\\c\nd 京"


def test_the_same_new_row_twice_among_many_is_one_row(database: Database) -> None:
    with database.writing() as session:
        insert_new(session, DeadLetter, [a_letter(n // 2) for n in range(MANY)])
    assert len(errors(database)) == MANY // 2


def test_a_value_that_the_database_refuses_is_named_as_such_and_nothing_is_kept(
    database: Database,
) -> None:
    rows = [a_letter(n) for n in range(MANY)]
    rows[5]["seq"] = 2**70
    with (
        pytest.raises((StatementError, OverflowError)),
        database.writing() as session,
    ):
        insert_new(session, DeadLetter, rows)
    assert errors(database) == {}


def test_many_rows_merge_with_what_is_there(database: Database) -> None:
    def spans(last: int) -> list[dict[str, object]]:
        where = {"tenant_id": "linguang", "device_id": "s01-till", "epoch": 1, "lane": 3}
        return [{**where, "first": 10 * n, "last": 10 * n + last} for n in range(MANY)]

    for last in (5, 3, 8):
        with database.writing() as session:
            insert_or_merge(session, ReceivedRange, spans(last), {"last": lesser})
    with database.sessions() as session:
        found = session.execute(sa.select(ReceivedRange.first, ReceivedRange.last)).all()
    assert sorted(found) == [(10 * n, 10 * n + 3) for n in range(MANY)]
