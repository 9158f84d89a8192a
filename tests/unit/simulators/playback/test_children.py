"""Processes of a demonstration: started by the user's own commands, and never left behind."""

import asyncio
import sys

import psutil
import pytest

from simulators.core.errors import ChildDied
from simulators.playback.children import Children, aisle_command
from simulators.playback.stage import free_ports


def test_a_child_is_the_command_that_a_user_types():
    assert aisle_command("hub", "--data", "x") == (
        sys.executable,
        "-m",
        "aisle",
        "hub",
        "--data",
        "x",
    )


async def test_a_child_that_dies_is_named_with_its_last_line_and_its_log(tmp_path):
    async with Children(tmp_path) as children:
        await children.start("broken", "hub", "--http", "nonsense", "--data", str(tmp_path / "hub"))
        with pytest.raises(ChildDied, match=r"broken ended by itself.*broken\.log"):
            async with asyncio.timeout(30):
                await children.watch()


async def test_leaving_ends_every_child(tmp_path):
    async with Children(tmp_path) as children:
        child = await children.start("hub", "hub", "--data", str(tmp_path / "h"), *addresses())
        assert psutil.pid_exists(child.process.pid)
    assert child.process.returncode is not None
    assert not psutil.pid_exists(child.process.pid)


def addresses():
    http, mqtt = free_ports(2)
    return ("--http", f"127.0.0.1:{http}", "--mqtt", f"127.0.0.1:{mqtt}")
