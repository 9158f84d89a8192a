"""Where a passphrase comes from."""

import pytest

from cloud_hub.admin.backup.passphrase import VARIABLE, passphrase_from
from cloud_hub.core.errors import HubError


def nobody(_: str) -> str:
    raise AssertionError("nobody was to be asked")


@pytest.fixture
def file(tmp_path):
    made = tmp_path / "passphrase"
    made.write_text("three words and more\nnot this line\n")
    made.chmod(0o600)
    return made


def test_a_files_first_line_comes_before_the_environment(file):
    surroundings = {VARIABLE: "another passphrase"}
    said = passphrase_from(file, nobody, is_new=True, environment=surroundings)
    assert said == "three words and more"


def test_a_file_that_others_may_read_is_refused(file):
    file.chmod(0o644)
    with pytest.raises(HubError, match="chmod 600"):
        passphrase_from(file, nobody, is_new=False)


@pytest.mark.parametrize("content", [b"", b"\nsecond", b"\xff\xfe"])
def test_a_file_without_a_passphrase_is_refused(file, content):
    file.write_bytes(content)
    with pytest.raises(HubError, match=r"is empty|is no text"):
        passphrase_from(file, nobody, is_new=False)


def test_a_short_one_opens_an_old_backup_and_closes_no_new_one():
    surroundings = {VARIABLE: "short"}
    assert passphrase_from(None, nobody, is_new=False, environment=surroundings) == "short"
    with pytest.raises(HubError, match="can be guessed"):
        passphrase_from(None, nobody, is_new=True, environment=surroundings)


def test_where_nobody_can_be_asked_one_line_says_what_to_give(monkeypatch):
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    with pytest.raises(HubError, match="--passphrase-file"):
        passphrase_from(None, nobody, is_new=False, environment={})
