"""A demonstration begins only where it can, and whatever ends it ends its processes with it."""

import asyncio
import os
import signal
import socket
from pathlib import Path

import psutil
import pytest

from simulators.core import clock
from simulators.core.errors import AddressInUse, ChildDied, FolderUnusable
from simulators.demo.demo import run_demo
from simulators.playback import scenery
from simulators.playback.stage import BadOption, free_ports
from simulators.render.people import door
from tests.stage.demonstration import NOW, options

ENDED = "The demonstration has ended, and all its processes."


def children() -> list[psutil.Process]:
    """Processes that this one has started and that still run."""
    return [one for one in psutil.Process().children() if one.status() != psutil.STATUS_ZOMBIE]


@pytest.fixture(autouse=True)
def little_to_play(monkeypatch: pytest.MonkeyPatch) -> None:
    """One day, a film of a moment and a gallery without pictures: nobody stays to see them."""
    monkeypatch.setattr(clock, "HISTORY_DAYS", 1)
    monkeypatch.setattr(door, "SECONDS", 1.0)
    monkeypatch.setattr(scenery, "REFERENCE_YAWS_DEG", ())


async def test_a_wrong_number_of_stores_starts_nothing(tmp_path: Path) -> None:
    before = children()
    with pytest.raises(BadOption, match="1 to 8"):
        await run_demo(options(tmp_path / "demo", stores=9))
    assert not (tmp_path / "demo").exists()
    assert children() == before


async def test_an_address_in_use_and_a_folder_in_use_start_nothing(tmp_path: Path) -> None:
    before = children()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(AddressInUse, match="--http"):
            await run_demo(options(tmp_path / "demo", port=port))
    (tmp_path / "mine").write_text("keep me")
    with pytest.raises(FolderUnusable, match="not empty"):
        await run_demo(options(tmp_path))
    assert children() == before
    assert (tmp_path / "mine").read_text() == "keep me"


async def test_a_day_that_no_device_would_believe_starts_nothing(tmp_path: Path) -> None:
    with pytest.raises(BadOption, match="--at"):
        await run_demo(options(tmp_path / "demo", at=NOW.replace(year=1999)))
    assert not (tmp_path / "demo").exists()


async def test_it_ends_by_itself_when_its_time_is_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before, asked = children(), signal.getsignal(signal.SIGTERM)
    (port,) = free_ports(1)
    await run_demo(options(tmp_path / "demo", port=port, lasts_s=0.2))
    assert capsys.readouterr().out.strip().endswith(ENDED)
    assert children() == before
    assert signal.getsignal(signal.SIGTERM) == asked, "nobody else's signals are kept"
    socket.create_server(("127.0.0.1", port)).close()
    assert (tmp_path / "demo" / "logs").is_dir(), "what the processes said stays"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_ends_it_in_order(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], number: signal.Signals
) -> None:
    before = children()
    (port,) = free_ports(1)
    playing = asyncio.create_task(run_demo(options(tmp_path / "demo", port=port)))
    async with asyncio.timeout(20):
        while not any((tmp_path / "demo" / "logs").glob("hub.log")):
            await asyncio.sleep(0.01)
    os.kill(os.getpid(), number)
    await playing
    assert capsys.readouterr().out.strip().endswith(ENDED)
    assert children() == before


async def test_a_process_that_dies_ends_it_and_is_named_with_its_last_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = children()
    # No Python starts there: the hub's process dies at once.
    monkeypatch.setenv("PYTHONHOME", str(tmp_path))
    (port,) = free_ports(1)
    with pytest.raises(ChildDied, match=r"hub ended by itself.*hub\.log") as died:
        await run_demo(options(tmp_path / "demo", port=port))
    assert "it said nothing" not in str(died.value)
    assert "\n" not in str(died.value)
    assert children() == before
