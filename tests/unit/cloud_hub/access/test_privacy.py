"""What a shopper showed is nowhere in the hub's database in clear."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from cloud_hub.app import build_hub
from cloud_hub.core.errors import Refused, UnusableData
from cloud_hub.core.keys.handle_encryption import SEAL
from cloud_hub.core.settings import HubSettings
from cloud_hub.core.storage.database import Database
from cloud_hub.link.ingest.ingest import Ingest
from cloud_hub.link.ingest.unit_of_work import Projector
from cloud_hub.link.letters.dead_letters import DeadLetters
from cloud_hub.link.tables import AlarmRaised, DeadLetter, StoredEvent
from cloud_hub.shoppers.tables import Identity
from sync.events import Lane
from tests.talking_device import COLA, NOON, TalkingDevice, line, receipt

MEMBER = "13800138000"


def shop(ingest: Ingest) -> TalkingDevice:
    till = TalkingDevice()
    till.say(receipt(1, line(1, COLA, "1", "3.50", "3.50"), member=MEMBER))
    ingest.take([till.hello(), *till.batches()])
    return till


def test_a_kept_event_holds_its_handles_encrypted(ingest: Ingest, database: Database) -> None:
    shop(ingest)
    with database.sessions() as session:
        (body,) = session.scalars(sa.select(StoredEvent.body)).all()
        assert session.scalar(sa.select(sa.func.count()).select_from(Identity)) == 1
    assert MEMBER not in json.dumps(body)
    assert body["identities"][0]["value"].startswith(SEAL)
    assert body["identities"][0]["kind"] == "member"


def test_the_same_event_again_is_no_conflict(ingest: Ingest, database: Database) -> None:
    till = shop(ingest)
    ingest.take(till.batches())
    with database.sessions() as session:
        assert session.scalars(sa.select(AlarmRaised)).all() == []


def sale_of_a_member() -> dict[str, object]:
    said = receipt(1, line(1, COLA, "1", "3.50", "3.50"), member=MEMBER)
    body: dict[str, object] = json.loads(said.model_dump_json(by_alias=True))
    return body


def kept_letter(database: Database) -> DeadLetter:
    with database.sessions() as session:
        return session.scalars(sa.select(DeadLetter)).one()


def test_a_dead_letter_holds_nothing_in_clear_and_can_be_taken_again(
    ingest: Ingest, database: Database, projector: Projector
) -> None:
    till, body = TalkingDevice(), sale_of_a_member()
    till.say_raw(Lane.SALE, "receipt", json.dumps(body | {"currency": "yuan"}).encode())
    ingest.take([till.hello(), *till.batches()])
    letter = kept_letter(database)
    assert MEMBER.encode() not in letter.raw
    assert MEMBER not in letter.error
    letters = DeadLetters(database, projector)
    with pytest.raises(Refused, match="currency"):
        letters.replay("linguang", letter.letter_id, body=None, actor="it", now=NOON)
    assert letters.replay("linguang", letter.letter_id, body=body, actor="it", now=NOON) == 1
    with database.sessions() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Identity)) == 1
        (event,) = session.scalars(sa.select(StoredEvent.body))
    assert MEMBER not in json.dumps(event)


def test_a_conflicting_event_is_kept_sealed(ingest: Ingest, database: Database) -> None:
    till, other = TalkingDevice(), TalkingDevice()
    till.say(receipt(1, line(1, COLA, "1", "3.50", "3.50")))
    other.say(receipt(1, line(1, COLA, "2", "3.50", "7.00"), member=MEMBER))
    ingest.take([till.hello(), *till.batches()])
    ingest.take(other.batches())
    assert MEMBER.encode() not in kept_letter(database).raw


def test_a_batch_that_cannot_be_unpacked_is_kept_sealed(ingest: Ingest, database: Database) -> None:
    till = TalkingDevice()
    till.say(receipt(1, line(1, COLA, "1", "3.50", "3.50"), member=MEMBER))
    (batch,) = till.batches()
    payload = batch.payload[:-1] + MEMBER.encode()
    ingest.take([till.hello(), replace(batch, payload=payload)])
    assert MEMBER.encode() not in kept_letter(database).raw


def test_a_hub_with_other_keys_than_its_database_does_not_start(
    ingest: Ingest, database: Database, tmp_path: Path
) -> None:
    till = TalkingDevice()
    till.say_raw(Lane.SALE, "receipt", b"{}")
    ingest.take([till.hello(), *till.batches()])
    keys = (tmp_path / "secrets.json").read_text()
    settings = HubSettings(
        data_dir=tmp_path,
        database=database.engine.url.render_as_string(hide_password=False),
        console=False,
    )
    (tmp_path / "secrets.json").unlink()
    for _ in range(2):
        with pytest.raises(UnusableData, match="sealed with other keys than"):
            build_hub(settings)
    assert not (tmp_path / "secrets.json").exists()
    (tmp_path / "secrets.json").write_text(keys)
    (tmp_path / "secrets.json").chmod(0o600)
    build_hub(settings).state.hub.database.close()
