"""Bytes from devices: the decoder and ingest, over a real database."""

import json
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from cloud_hub.core.keys.handle_encryption import HandleKeys
from cloud_hub.core.keys.key_store import load_secrets
from cloud_hub.core.media_store import Pictures
from cloud_hub.core.settings import HubSettings
from cloud_hub.core.storage.database import Database, open_database
from cloud_hub.link.ingest.ingest import Ingest
from cloud_hub.link.ingest.unit_of_work import Projector
from cloud_hub.master_data.importer import import_chain
from cloud_hub.register import AFTER_GREETING, PROJECTIONS
from sync.core.errors import InvalidBatch, InvalidMessage
from sync.downlink.commands import Command
from sync.downlink.shadow import Desired
from sync.events import Lane
from sync.wire.batch import claimed_range, decode_batch
from sync.wire.messages import Ack, Hello, HelloAnswer
from tests.fuzz.budget import Fuzz
from tests.stage.odd.every_kind import BODIES
from tests.stage.odd.poison import poisoned
from tests.stage.odd.spoilt import spoilt
from tests.stage.servers import PostgresServer
from tests.talking_device import TalkingDevice, cola, receipt, small_chain


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.needs_postgresql)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    url = f"sqlite:///{tmp_path / 'hub.db'}"
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgresql")
        url = server.create_database()
    opened = open_database(url)
    with opened.writing() as session:
        import_chain(session, small_chain(2))
    yield opened
    opened.close()
    shutil.rmtree(tmp_path, ignore_errors=True)


@pytest.fixture
def ingest(database: Database, tmp_path: Path) -> Ingest:
    projector = Projector(
        identities=HandleKeys(load_secrets(tmp_path)),
        pictures=Pictures(tmp_path / "media", limit_bytes=1000),
        projections=PROJECTIONS,
    )
    settings = HubSettings(data_dir=tmp_path)
    return Ingest(database, settings, projector, after_greeting=AFTER_GREETING)


def test_no_bytes_break_a_reader() -> None:
    fuzz, device = Fuzz("bytes to decoders"), TalkingDevice()

    def tried(rng: Random) -> None:
        sound = poisoned(device, rng, 1).payload
        cut, extra = rng.randint(0, 200), rng.randbytes(rng.randint(0, 40))
        fuzz.inputs += 3
        for said in (sound, sound[:cut] + extra, extra, sound[:-1] + extra):
            claimed_range(said)
            for read in (_batch, *(one.from_bytes for one in MESSAGES)):
                with suppress(InvalidBatch, InvalidMessage):
                    read(said)

    fuzz.try_seeds(tried)


def test_a_body_that_is_no_json_costs_nothing_but_its_own_record() -> None:
    fuzz, device = Fuzz("bodies of records"), TalkingDevice()

    def tried(rng: Random) -> None:
        bodies, at = [b'{"a":1}'] * 3, rng.randrange(3)
        bodies[at] = spoilt(rng, rng.choice(SOUND))
        device.records[Lane.SALE].clear()
        for one in bodies:
            device.say_raw(Lane.SALE, "receipt", one)
        records = decode_batch(device.batches()[0].payload).records
        assert all(
            one.problem is None and one.body == {"a": 1}
            for number, one in enumerate(records)
            if number != at
        )

    fuzz.try_seeds(tried)


SOUND = [json.dumps(body).encode() for body in BODIES.values()]
MESSAGES = (Hello, HelloAnswer, Ack, Command, Desired)


def _batch(said: bytes) -> object:
    return decode_batch(said).records


def test_whatever_one_device_sends_the_others_are_answered(
    ingest: Ingest, database: Database
) -> None:
    fuzz = Fuzz(f"messages to ingest, {'SQLite' if database.is_sqlite else 'PostgreSQL'}")
    bad, good = TalkingDevice(), TalkingDevice("s02")
    ingest.take([bad.hello(), good.hello()])
    first = 1

    def tried(rng: Random) -> None:
        nonlocal first
        good.say(receipt(first, cola()))
        spoiled = [poisoned(bad, rng, first + 200 * number) for number in range(3)]
        first += 1000
        fuzz.inputs += 5
        honest = good.batches(size=1)[-1]
        taken = ingest.take([*spoiled, bad.hello(), good.hello(), honest])
        assert taken.answers[-1] is not None
        assert taken.answers[-2] is not None

    fuzz.try_seeds(tried)
