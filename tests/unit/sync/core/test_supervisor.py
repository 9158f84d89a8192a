"""What a supervisor is told, over a real datagram socket."""

import asyncio
import os
import socket
from pathlib import Path

import pytest

from sync.core.supervisor import NO_SUPERVISOR, STATUS_CHARACTERS, Pulse, Supervisor, supervisor_of
from tests.stage.deploying.supervisor import SupervisorSocket

WELL = Pulse(is_alive=True, said="serving")
ILL = Pulse(is_alive=False, said="the database cannot be written")


@pytest.mark.parametrize(
    ("given", "watchdog_s"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "30000000"}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid())}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({"WATCHDOG_USEC": ""}, None),
    ],
)
def test_it_is_found_by_the_environment_which_a_child_does_not_inherit(
    given: dict[str, str], watchdog_s: float | None
) -> None:
    environment = {"NOTIFY_SOCKET": "/run/notify", "HOME": "/", **given}
    assert supervisor_of(environment) == Supervisor(address="/run/notify", watchdog_s=watchdog_s)
    assert environment == {"HOME": "/"}


@pytest.mark.parametrize("address", ["", "vsock:2:1234", "run/notify", "http://127.0.0.1"])
def test_without_one_that_can_be_spoken_to_nothing_is_told(address: str) -> None:
    found = supervisor_of({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "1"})
    assert found is NO_SUPERVISOR
    found.ready("serving")
    found.stopping()


def test_an_abstract_address_is_spoken_to() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(f"\0aisle-test-{os.getpid()}")
        supervisor_of({"NOTIFY_SOCKET": f"@aisle-test-{os.getpid()}"}).ready("serving")
        assert heard.recv(100) == b"READY=1\nSTATUS=serving"


def test_a_status_is_one_line_of_bounded_length(tmp_path: Path) -> None:
    with SupervisorSocket(tmp_path / "notify") as heard:
        supervisor = Supervisor(address=str(heard.path))
        supervisor.ready("two\nREADY=0\n" + "long " * 200)
        told = heard.next()
        assert told is not None
        assert told[0] == "READY=1"
        (status,) = told[1:]
        assert status.startswith("STATUS=two READY=0 long")
        assert len(status) <= STATUS_CHARACTERS + len("STATUS=")


def test_a_supervisor_that_is_gone_disturbs_nobody(tmp_path: Path) -> None:
    supervisor = Supervisor(address=str(tmp_path / "gone"))
    supervisor.ready("serving")
    supervisor.beat(WELL)
    supervisor.stopping()


async def test_life_is_told_only_while_the_look_says_so(tmp_path: Path) -> None:
    pulses = iter([WELL, ILL, ILL, WELL])
    done = asyncio.Event()

    async def look() -> Pulse:
        pulse = next(pulses, None)
        if pulse is None:
            done.set()
            await asyncio.Event().wait()
        return pulse or ILL

    with SupervisorSocket(tmp_path / "notify") as heard:
        supervisor = Supervisor(address=str(heard.path), watchdog_s=0.03)
        watching = asyncio.create_task(supervisor.watch(look))
        await done.wait()
        watching.cancel()
        told = heard.drain()[:4]
    alive, said = ["WATCHDOG=1", "STATUS=serving"], [f"STATUS={ILL.said}"]
    assert told == [alive, said, said, alive]


async def test_a_look_that_does_not_come_back_is_no_life_and_is_not_begun_again(
    tmp_path: Path,
) -> None:
    begun, release = 0, asyncio.Event()

    async def look() -> Pulse:
        nonlocal begun
        begun += 1
        if begun == 2:
            await release.wait()
        return WELL

    async def heard_next() -> list[str] | None:
        return await asyncio.to_thread(heard.next)

    with SupervisorSocket(tmp_path / "notify") as heard:
        supervisor = Supervisor(address=str(heard.path), watchdog_s=0.03)
        watching = asyncio.create_task(supervisor.watch(look))
        assert await heard_next() == ["WATCHDOG=1", "STATUS=serving"]
        for _ in range(3):
            told = await heard_next()
            assert told is not None
            assert "WATCHDOG=1" not in told
        assert begun == 2
        release.set()
        while await heard_next() != ["WATCHDOG=1", "STATUS=serving"]:
            pass
        watching.cancel()
