"""One owner of a folder at a time."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sync.core.errors import FolderInUse
from sync.core.sole_owner import sole_owner

HOLDS = """
import sys
from pathlib import Path
from sync.core.sole_owner import sole_owner
with sole_owner(Path(sys.argv[1]), "agent"):
    print("mine", flush=True)
    sys.stdin.read()
"""


def holder(lock: Path) -> subprocess.Popen[str]:
    """Another process that owns the folder."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(lock)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "mine\n"
    return process


@pytest.mark.parametrize("killed", [True, False])
def test_another_process_is_named_and_a_lock_ends_with_it_however_it_ends(
    tmp_path: Path, killed: bool
) -> None:
    lock = tmp_path / "agent.lock"
    other = holder(lock)
    with pytest.raises(FolderInUse) as told, sole_owner(lock, "agent"):
        pass
    assert "\n" not in str(told.value)
    assert f"another agent works in folder {tmp_path} (process {other.pid})" in str(told.value)
    if killed:
        other.kill()
    other.communicate()
    with sole_owner(lock, "agent"):
        assert lock.read_text() == f"{os.getpid()}\n"
    with sole_owner(lock, "agent"):
        pass


def test_the_lock_is_its_users_alone_and_a_strange_file_names_no_process(tmp_path: Path) -> None:
    lock = tmp_path / "agent.lock"
    with sole_owner(lock, "agent"):
        assert lock.stat().st_mode & 0o077 == 0
        lock.write_bytes(b"\xff not a number")
        with pytest.raises(FolderInUse) as told, sole_owner(lock, "agent"):
            pass
    assert "process" not in str(told.value)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with (
        pytest.raises(FolderInUse, match="cannot lock folder"),
        sole_owner(tmp_path / "nowhere" / "agent.lock", "agent"),
    ):
        pass
