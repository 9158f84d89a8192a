"""`aisle log`: verified and shown from the command line."""

import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from aisle import build_app
from cloud_hub.core.keys.audit_seal import HEAD_FILE
from tests.talking_device import small_chain


def aisle(*words: object, typed: str | None = None) -> Result:
    return CliRunner().invoke(build_app("log"), [str(word) for word in words], input=typed)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A hub's folder whose log has three entries."""
    chain = tmp_path / "chain.json"
    chain.write_text(small_chain().model_dump_json())
    assert aisle("master-data", "load", chain, "--data", tmp_path).exit_code == 0
    for name in ("anna", "berta"):
        words = ("login", "add", name, "--role", "it", "--data", tmp_path)
        assert aisle(*words, typed="long enough\n").exit_code == 0
    return tmp_path


def forge(data: Path, statement: str) -> None:
    with sqlite3.connect(data / "hub.db") as connection:
        connection.execute(statement)
    connection.close()


def test_a_whole_log_is_said_to_be_genuine(data: Path) -> None:
    verified = aisle("log", "verify", "--data", data)
    assert (verified.exit_code, verified.stdout) == (0, "linguang: 3 entries, all genuine\n")


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE audit_log SET actor = 'x' WHERE entry = 2", "entry 2 (20"),
        ("DELETE FROM audit_log WHERE entry = 1", "entry 1 is missing\n"),
        ("DELETE FROM audit_log WHERE entry > 1", "entry 2 is missing, as are all up to 3\n"),
        ("DELETE FROM audit_log", "entry 1 is missing, as are all up to 3\n"),
    ],
)
def test_the_first_entry_that_is_wrong_is_named_and_the_exit_code_is_1(
    data: Path, statement: str, said: str
) -> None:
    forge(data, statement)
    verified = aisle("log", "verify", "--data", data)
    assert verified.exit_code == 1
    assert verified.stdout.startswith(f"linguang: {said}")


def test_after_a_hole_that_is_known_the_rest_can_be_verified(data: Path) -> None:
    forge(data, "DELETE FROM audit_log WHERE entry = 2")
    verified = aisle("log", "verify", "--from", "3", "--data", data)
    assert (verified.exit_code, verified.stdout) == (0, "linguang: 1 entries, all genuine\n")


def test_a_log_without_keys_or_with_a_damaged_head_is_one_line(data: Path) -> None:
    (data / HEAD_FILE).write_text("{}")
    damaged = aisle("log", "verify", "--data", data)
    assert (damaged.exit_code, damaged.stderr.count("\n")) == (1, 1)
    (data / "secrets.json").unlink()
    keyless = aisle("log", "verify", "--data", data)
    assert keyless.exit_code == 1
    assert "there is no" in keyless.stderr
    assert not (data / "secrets.json").exists()


def test_the_last_entries_are_shown_a_line_each(data: Path) -> None:
    shown = aisle("log", "show", "--last", "2", "--data", data).stdout.splitlines()
    assert [line.split("  ")[0] for line in shown] == ["linguang/2", "linguang/3"]
    assert "command line  login-made  berta" in shown[1]


def test_a_chain_that_has_no_log_is_told_with_those_that_have(data: Path) -> None:
    nobody = aisle("log", "verify", "--tenant", "x", "--data", data)
    assert (nobody.exit_code, nobody.stderr) == (
        1,
        "aisle: no log of a chain 'x'; there is: linguang\n",
    )
