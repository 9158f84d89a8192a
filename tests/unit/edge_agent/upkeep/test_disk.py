"""What is told of the disk, and how seldom."""

import os
import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from edge_agent.upkeep.disk import TOLD_EVERY_S, DiskWatch, wear_percent
from sync.core.clock import ManualClock

Usage = namedtuple("Usage", "total used free")
GB = 10**9


def emmc(system: Path, folder: Path, life: str, *, partition: bool = True) -> None:
    """What Linux tells of the disk below the folder, as if it were an eMMC."""
    number = folder.stat().st_dev
    disk = system / "devices" / "mmcblk0"
    block = disk / "mmcblk0p2" if partition else disk
    block.mkdir(parents=True)
    if partition:
        (block / "partition").write_text("2\n")
    (disk / "device").mkdir()
    (disk / "device" / "life_time").write_text(life)
    link = system / "dev" / "block" / f"{os.major(number)}:{os.minor(number)}"
    link.parent.mkdir(parents=True)
    link.symlink_to(block)


@pytest.mark.parametrize(
    ("life", "percent"),
    [
        ("0x01 0x02\n", 20),
        ("0x0b 0x01", 110),
        ("0x00 0x00", None),
        ("0x00 0x03", 30),
        ("0xff 0x01", 10),
        ("", None),
        ("worn", None),
    ],
)
@pytest.mark.parametrize("partition", [True, False])
def test_an_emmc_tells_its_wear(
    tmp_path: Path, life: str, percent: int | None, partition: bool
) -> None:
    emmc(tmp_path / "sys", tmp_path, life, partition=partition)
    assert wear_percent(tmp_path, tmp_path / "sys") == percent


def test_a_disk_that_does_not_say_has_no_wear(tmp_path: Path) -> None:
    assert wear_percent(tmp_path, tmp_path / "nothing") is None
    assert wear_percent(tmp_path / "gone") is None


def test_room_is_told_in_steps_and_at_most_once_an_hour(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: ManualClock
) -> None:
    free = {"bytes": int(12.3 * GB)}
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(32 * GB, 0, free["bytes"]))
    told: list[int] = []
    watch = DiskWatch(
        folder=tmp_path, clock=clock, changed=lambda: told.append(1), system=tmp_path / "sys"
    )
    assert watch.facts() == {}
    watch.look()
    assert watch.facts() == {"disk": {"total_mb": 32_000, "free_mb": 11_200}}
    free["bytes"] = int(11.3 * GB)
    clock.advance(TOLD_EVERY_S)
    watch.look()
    assert len(told) == 1, "the same step"
    free["bytes"] = 1 * GB
    watch.look()
    assert watch.facts()["disk"]["free_mb"] == 0
    free["bytes"] = 9 * GB
    clock.advance(TOLD_EVERY_S - 1)
    watch.look()
    assert watch.facts()["disk"]["free_mb"] == 0, "told a moment ago"
    clock.advance(1)
    watch.look()
    assert (watch.facts()["disk"]["free_mb"], len(told)) == (8_000, 3)
