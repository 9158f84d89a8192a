"""Plain copies do not outlive their import."""

import gc
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from edge_agent.till.imports.scratch import PREFIX, ScratchFile

HOLDS = """
import sys
from edge_agent.till.imports.scratch import ScratchFile
kept = ScratchFile()
print(kept.path, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files are made, here and in processes that are started."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


def copies(folder: Path) -> set[Path]:
    return set(folder.glob(f"{PREFIX}*"))


def holder() -> tuple[subprocess.Popen[str], Path]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def test_a_copy_goes_when_it_is_removed_and_when_nothing_needs_it(scratch: Path) -> None:
    kept, forgotten = ScratchFile(), ScratchFile()
    assert copies(scratch) == {kept.path, forgotten.path}
    assert kept.path.stat().st_mode & 0o077 == 0
    del forgotten
    gc.collect()
    assert copies(scratch) == {kept.path}
    kept.remove()
    kept.remove()
    assert copies(scratch) == set()


def test_what_a_killed_import_left_goes_at_the_next_and_a_running_ones_stays(scratch: Path) -> None:
    (killed, orphan), (running, used) = holder(), holder()
    killed.kill()
    killed.communicate()
    assert copies(scratch) == {orphan, used}
    mine = ScratchFile()
    assert copies(scratch) == {used, mine.path}
    running.communicate()
    assert copies(scratch) == {mine.path}


def test_a_link_of_that_name_is_left_alone(scratch: Path, tmp_path: Path) -> None:
    target = tmp_path / "till.csv"
    target.write_text("1")
    (scratch / f"{PREFIX}x.csv").symlink_to(target)
    ScratchFile().remove()
    assert target.read_text() == "1"


def small_files_only() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))


@pytest.mark.parametrize("fails", [True, False])
def test_an_import_leaves_no_copy_whether_it_fails_or_not(scratch: Path, fails: bool) -> None:
    lines = "".join(f"{n},2026-03-04 09:{n % 60:02},Tea,1,3.50\n" for n in range(2000))
    file, mapping = scratch / "sales.csv", scratch / "map.toml"
    file.write_text("receipt,at,what,quantity,amount\n" + lines)
    mapping.write_text(
        'name = "ours"\ntenant_id = "ours"\ntenant_name = { en = "Ours" }\n'
        'store_id = "s01"\n'
        'store_time_zone = "Asia/Shanghai"\nfile_time_zone = "Asia/Shanghai"\n'
        'currency = "CNY"\n[columns]\nreceipt = "receipt"\nended_at = "at"\ncode = "what"\n'
        'quantity = "quantity"\namount = "amount"\n'
    )
    command = [sys.executable, "-m", "aisle", "pos", "stores", str(file)]
    command += ["--mapping", str(mapping), "--data", str(scratch / "data")]
    ended = subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | {"TMPDIR": str(scratch)},
        preexec_fn=small_files_only if fails else None,
    )
    assert (ended.returncode != 0) is fails, ended.stderr
    assert copies(scratch) == set()
