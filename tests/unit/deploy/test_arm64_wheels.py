"""Which dependencies a device with 64-bit ARM lacks, asked of pip over wheels in a folder."""

import hashlib
import zipfile
from pathlib import Path

import pytest

from deploy import arm64_wheels
from deploy.arm64_wheels import LOCKS, Wheel, command, main, read_lock, table


def wheel(folder: Path, name: str, tags: str) -> str:
    """An empty wheel's lines in a lock."""
    path = folder / f"{name}-1.0-{tags}.whl"
    about = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        made.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        made.writestr(f"{about}/RECORD", "")
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return f"{name}==1.0 \\\n    --hash=sha256:{sha256}\n    # via something\n"


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all of the world's wheels."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    return tmp_path


def test_it_takes_what_pip_would_take_there_and_names_what_it_lacks(
    shelf: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [
        wheel(shelf, "built", "cp39-abi3-manylinux_2_28_aarch64"),
        wheel(shelf, "intel", "cp311-cp311-manylinux_2_17_x86_64"),
        'never==1.0 ; sys_platform == "win32" \\\n    --hash=sha256:00\n',
    ]
    (shelf / "some.txt").write_text("".join(lines), encoding="utf-8")
    monkeypatch.setattr(arm64_wheels, "LOCKS", shelf)
    assert main(["some"]) == 1
    told = capsys.readouterr()
    assert [line.split(":")[1].strip() for line in told.err.splitlines()] == ["intel==1.0"]
    assert "2 dependencies, 1 of them built for aarch64" in told.out
    assert "never" not in told.out


@pytest.mark.parametrize("extra", ["edge", "hub"])
def test_the_locks_are_read_whole(extra: str) -> None:
    text = (LOCKS / f"{extra}.txt").read_text(encoding="utf-8")
    found = read_lock(text)
    names = [one.requirement.name for one in found]
    assert len(names) == len(set(names)), "each once: markers were asked as on the device"
    assert len(names) > 40
    assert all(one.version and "--hash=sha256:" in one.lines for one in found)
    assert ("opencv-python-headless" in names) is (extra == "edge")


def test_a_table_adds_up_the_largest_first() -> None:
    some, other, none = read_lock("a==1.0\nb==2.0\nc==3.0\n")
    *rows, total = table(
        [
            Wheel(locked=some, file="a-1.0-py3-none-any.whl", size_bytes=1_000_000),
            Wheel(locked=other, file="b-2.0-cp311-cp311-linux_aarch64.whl", size_bytes=2_500_000),
            Wheel(locked=none, why="ERROR: none"),
        ]
    )
    assert [row.split()[:3] for row in rows] == [
        ["b", "2.0", "2.50"],
        ["a", "1.0", "1.00"],
        ["c", "3.0", "NO"],
    ]
    assert total.endswith("3 dependencies, 1 of them built for aarch64: 3.5 MB")


def test_pip_is_asked_for_what_debian_12_can_load() -> None:
    words = command(Path("one.txt"), Path("to"))
    platforms = [word.partition("=")[2] for word in words if word.startswith("--platform")]
    assert (platforms[0], platforms[-1]) == ("manylinux_2_17_aarch64", "manylinux_2_36_aarch64")
    assert {"--require-hashes", "--only-binary=:all:", "--no-deps"} <= set(words)
