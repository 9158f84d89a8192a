"""Dead letters by the command line, with no hub running."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from aisle import build_app
from cloud_hub.core.storage.database import Database, open_database
from cloud_hub.link.ingest.ingest import Ingest
from sync.events import Lane
from tests.talking_device import COLA, TalkingDevice, line, receipt


def cola(number: int = 1) -> object:
    return line(number, COLA, "1", "3.50", "3.50")


def count(database: Database, table: type) -> int:
    with database.sessions() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def take_with_a_bad_second(ingest: Ingest, bad: bytes) -> TalkingDevice:
    till = TalkingDevice()
    till.say(receipt(1, cola()))
    till.say_raw(Lane.SALE, "receipt", bad)
    till.say(receipt(3, cola()))
    ingest.take([till.hello(), *till.batches()])
    return till


@pytest.fixture
def office(tmp_path: Path, make_ingest: Callable[[Database], Ingest], prepared_file: Path) -> Path:
    """A hub's folder with one dead letter in it."""
    (tmp_path / "hub.db").write_bytes(prepared_file.read_bytes())
    opened = open_database(f"sqlite:///{tmp_path / 'hub.db'}")
    take_with_a_bad_second(make_ingest(opened), b'{"sequence": "many"}')
    opened.close()
    return tmp_path


def test_the_commands_list_show_and_take_again(office: Path) -> None:
    place = ["--data", str(office)]
    listed = CliRunner().invoke(build_app("hub"), ["dead-letters", "list", *place])
    letter_id = "s01-till/1/0/2"
    assert listed.output.startswith(letter_id)
    shown = CliRunner().invoke(build_app("hub"), ["dead-letters", "show", letter_id, *place])
    assert json.loads(shown.output)["said"] == {"sequence": "many"}
    refused = CliRunner().invoke(build_app("hub"), ["dead-letters", "replay", letter_id, *place])
    assert refused.exit_code == 1
    assert "still cannot be taken" in refused.output
    corrected = office / "body.json"
    corrected.write_text(receipt(2, cola()).model_dump_json(by_alias=True), encoding="utf-8")
    command = ["dead-letters", "replay", letter_id, "--body", str(corrected), *place]
    taken = CliRunner().invoke(build_app("hub"), command)
    assert (taken.exit_code, taken.output) == (0, f"{letter_id}: 1 event applied\n")
    assert CliRunner().invoke(build_app("hub"), ["dead-letters", "list", *place]).output == ""
