"""What an older hub kept unread."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from cloud_hub.core.projection import Outcome
from cloud_hub.core.storage.database import Database
from cloud_hub.link.ingest.ingest import Ingest
from cloud_hub.link.ingest.unit_of_work import EVENT_TYPES, UNAPPLIED
from cloud_hub.link.letters import replay
from cloud_hub.link.letters.dead_letters import said_by
from cloud_hub.link.letters.replay import replay_unknown
from cloud_hub.link.tables import DeadLetter, StoredEvent
from cloud_hub.master_data.place_tables import DeviceRow
from cloud_hub.sales.tables import Receipt
from tests.stage.hub_tables import count
from tests.stage.odd.faulty_domain import FaultyDomain, faulty
from tests.talking_device import NOON, TalkingDevice, cola, receipt


def kept_unread(ingest: Ingest, monkeypatch: pytest.MonkeyPatch, *said: object) -> None:
    """A till says some receipts to a hub that does not know what a receipt is."""
    till = TalkingDevice()
    till.say(*said)  # type: ignore[arg-type]
    with monkeypatch.context() as older:
        older.delitem(EVENT_TYPES, "receipt")
        taken = ingest.take([till.hello(), *till.batches()])
    assert taken.tally.unknown == len(said)


def outcomes(database: Database) -> list[str]:
    with database.sessions() as session:
        query = sa.select(StoredEvent.outcome).order_by(StoredEvent.seq)
        return list(session.scalars(query))


def test_an_unknown_kind_is_kept_and_read_after_an_upgrade(
    ingest: Ingest, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept_unread(ingest, monkeypatch, receipt(1, cola()))
    assert count(database, Receipt) == 0
    assert replay_unknown(database, ingest._projector, NOON) == 1
    assert count(database, Receipt) == 1
    assert replay_unknown(database, ingest._projector, NOON) == 0


@pytest.mark.parametrize(
    "error",
    [OverflowError("x"), RecursionError("x"), AttributeError("x"), MemoryError("x")],
    ids=lambda error: type(error).__name__,
)
def test_a_kept_event_that_cannot_be_applied_is_buried_alone(
    ingest: Ingest, database: Database, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    said = (receipt(1, cola()), faulty(receipt(2, cola())), receipt(3, cola()))
    kept_unread(ingest, monkeypatch, *said)
    projector = FaultyDomain(error).projector(ingest._projector)
    assert replay_unknown(database, projector, NOON) == 2
    assert count(database, Receipt) == 2
    assert outcomes(database) == ["applied", "dead", "applied"]
    with database.sessions() as session:
        (letter,) = session.scalars(sa.select(DeadLetter))
        assert (letter.seq, letter.error) == (2, UNAPPLIED)
        assert said_by(letter, projector.identities)["sequence"] == 2


@pytest.mark.parametrize(
    "row",
    [
        "body = '[1, 2]'",
        "body = '7'",
        "body = 'null'",
        """body = '{"identities": [{"kind": "member", "value": "sealed:AAAA"}]}'""",
        "clock = 'a sundial'",
        "clock_shift_ms = 9000000000000000000",
        "clock_shift_ms = -9000000000000000",
    ],
)
def test_a_row_that_no_hub_wrote_is_buried_alone(
    ingest: Ingest, database: Database, monkeypatch: pytest.MonkeyPatch, row: str
) -> None:
    kept_unread(ingest, monkeypatch, *(receipt(number, cola()) for number in (1, 2, 3)))
    with database.writing() as session:
        session.connection().exec_driver_sql(f"UPDATE event SET {row} WHERE seq = 2")
    assert replay_unknown(database, ingest._projector, NOON) == 2
    assert outcomes(database) == ["applied", "dead", "applied"]
    with database.sessions() as session:
        (letter,) = session.scalars(sa.select(DeadLetter))
        assert (letter.seq, bool(letter.error)) == (2, True)
    assert replay_unknown(database, ingest._projector, NOON) == 0


@pytest.mark.parametrize("row", ["body = '{'", "recorded_at = 'yesterday'", "received_at = 'soon'"])
def test_a_damaged_row_of_sqlite_is_buried_with_what_stands_there(
    make_ingest: Callable[[Database], Ingest],
    hub_database: Database,
    monkeypatch: pytest.MonkeyPatch,
    row: str,
) -> None:
    ingest = make_ingest(hub_database)
    kept_unread(ingest, monkeypatch, *(receipt(number, cola()) for number in (1, 2, 3)))
    with hub_database.writing() as session:
        session.connection().exec_driver_sql(f"UPDATE event SET {row} WHERE seq = 2")
    assert replay_unknown(hub_database, ingest._projector, NOON) == 2
    assert outcomes(hub_database) == ["applied", "dead", "applied"]
    assert count(hub_database, DeadLetter) == 1


def test_the_event_of_a_device_that_is_gone_is_buried_with_that_reason(
    ingest: Ingest, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept_unread(ingest, monkeypatch, receipt(1, cola()))
    with database.writing() as session:
        session.execute(sa.delete(DeviceRow).where(DeviceRow.device_id == "s01-till"))
    assert replay_unknown(database, ingest._projector, NOON) == 0
    assert outcomes(database) == [Outcome.DEAD.value]
    with database.sessions() as session:
        assert session.scalars(sa.select(DeadLetter.error)).all() == [replay.NO_DEVICE]


def test_an_event_that_cannot_even_be_buried_keeps_nobody_waiting(
    ingest: Ingest, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept_unread(ingest, monkeypatch, *(receipt(number, cola()) for number in range(1, 6)))
    with database.writing() as session:
        session.connection().exec_driver_sql(
            "UPDATE event SET clock = 'a sundial' WHERE seq IN (1, 3)"
        )

    def refuses(*_: object) -> bytes:
        raise ValueError("no letters today")

    monkeypatch.setattr(replay, "PAGE_EVENTS", 2)
    with monkeypatch.context() as today:
        today.setattr(type(ingest._projector.identities), "sealed_letter", refuses)
        assert replay_unknown(database, ingest._projector, NOON) == 3
    assert outcomes(database) == ["unknown", "applied", "unknown", "applied", "applied"]
    assert replay_unknown(database, ingest._projector, NOON) == 0
    assert outcomes(database) == ["dead", "applied", "dead", "applied", "applied"]
