"""`aisle backup`, `aisle verify`, `aisle restore` as people type them."""

import pytest

from aisle import main
from cloud_hub.admin.backup.passphrase import VARIABLE
from cloud_hub.fleet.backups.last_backup import read_last_backup
from tests.stage.restoring.some_hub import SECRET


@pytest.fixture
def run(monkeypatch, capsys):
    monkeypatch.setenv(VARIABLE, SECRET)

    def run(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["aisle", *map(str, words)])
        try:
            main()
            code = 0
        except SystemExit as ended:
            code = int(ended.code or 0)
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_a_backup_is_made_verified_and_put_back(run, some_hub, tmp_path):
    path, new = tmp_path / "hub.age", tmp_path / "new"
    code, out, _ = run("backup", "--to", path, "--data", some_hub.folder)
    assert (code, "1 pictures (by hash and size alone)" in out) == (0, True)
    code, out, _ = run("verify", path)
    assert (code, "whole" in out, "0 of its 1 pictures are not in" in out) == (0, True, True)
    code, out, _ = run("restore", path, "--data", new)
    assert code == 0
    assert "pictures: 1 of 1 are missing" in out
    assert (new / "hub.db").exists()


def test_a_backup_of_no_hub_is_one_line(run, tmp_path):
    code, _, err = run("backup", "--to", tmp_path / "hub.age", "--data", tmp_path / "nothing")
    assert code != 0
    assert len(err.strip().splitlines()) == 1
    assert not (tmp_path / "hub.age").exists()


def test_a_restore_wants_to_know_where(run, tmp_path):
    code, _, err = run("restore", tmp_path / "hub.age")
    assert (code, "--data" in err) == (2, True)


def test_the_hub_learns_of_its_last_good_backup_and_of_none_that_failed(run, some_hub, tmp_path):
    path = tmp_path / "hub.age"
    assert run("backup", "--to", path, "--data", some_hub.folder)[0] == 0
    made = read_last_backup(some_hub.folder)
    assert (made.name, made.bytes, made.verified_at) == ("hub.age", path.stat().st_size, None)
    assert run("backup", "--to", path, "--data", some_hub.folder)[0] == 1, "there is one"
    assert read_last_backup(some_hub.folder) == made
    assert run("verify", path)[0] == 0
    assert read_last_backup(some_hub.folder) == made, "nobody said whose"
    assert run("verify", path, "--data", some_hub.folder)[0] == 0
    assert read_last_backup(some_hub.folder).verified_at > made.made_at
