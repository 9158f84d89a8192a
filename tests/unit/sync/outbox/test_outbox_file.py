"""The outbox's file: opened, brought up to date, put aside."""

import json
import sqlite3

import pytest

from sync.core.errors import NewerOutbox, OutboxUnusable
from sync.events import Lane


def books_of(outbox, lane, epoch=1):
    return next(b for b in outbox.books() if (b.lane, b.epoch) == (lane, epoch))


def test_a_damaged_file_is_put_aside_and_selling_goes_on_under_a_new_epoch(
    open_outbox, bodies, tmp_path
):
    outbox = open_outbox()
    outbox.append(*[bodies.sale(i) for i in range(100)])
    outbox.close()
    content = bytearray((tmp_path / "agent.db").read_bytes())
    content[4096:12288] = bytes(range(256)) * 32
    (tmp_path / "agent.db").write_bytes(content)
    again = open_outbox()
    assert again.epoch == 2
    assert again.append(bodies.sale())[0].epoch == 2
    assert (tmp_path / "agent.db.damaged-1").read_bytes() == bytes(content)
    (alarm,) = again.read((2, Lane.ALERT), 1, 9).records
    assert json.loads(alarm.body)["alarm"] == "outbox-damaged"


def test_a_file_that_is_no_database_is_put_aside(open_outbox, tmp_path):
    (tmp_path / "agent.db").write_bytes(b"not a database at all " * 500)
    assert open_outbox().epoch == 1
    assert (tmp_path / "agent.db.damaged-1").exists()


def test_a_file_of_a_newer_version_is_refused_and_untouched(open_outbox, tmp_path):
    open_outbox().close()
    connection = sqlite3.connect(tmp_path / "agent.db")
    connection.execute("PRAGMA user_version=99")
    connection.close()
    with pytest.raises(NewerOutbox, match="schema 99"):
        open_outbox()


def test_a_folder_that_cannot_be_made_is_said_in_one_line(open_outbox, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OutboxUnusable):
        open_outbox("file/agent.db")


def test_an_older_file_is_brought_up_to_date(open_outbox, tmp_path, monkeypatch):
    from sync.outbox import outbox_file

    with monkeypatch.context() as older:
        older.setattr(outbox_file, "LADDER", outbox_file.LADDER[:1])
        older.setattr(outbox_file, "SCHEMA_VERSION", 1)
        outbox_file.prepare(tmp_path / "agent.db")
    with open_outbox().reading() as connection:
        assert connection.execute("SELECT count(*) FROM inbox").fetchone() == (0,)
