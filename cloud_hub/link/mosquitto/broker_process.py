"""A mosquitto that ends with the process that started it, and whose words are heard."""

import asyncio
import logging
import re
import resource
import shutil
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cloud_hub.core.errors import InvalidSettings

log = logging.getLogger(__name__)

SEARCHED = "/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin"
STOP_TIMEOUT_S = 5.0
MOST_LINES_A_MINUTE = 60
"""Of warnings: strangers at the door must not fill the hub's log."""
_TIME = re.compile(r"^[0-9]+: ")
"""Stands before what it says while it has not read how to log."""
_OF_A_CONNECTION = (
    "New connection from",
    "New client connected",
    "Client ",
    "Sending ",
)
_HUNG_UP = "unexpected eof while reading"
"""What a device does whose network breaks."""
_TLS_TROUBLE = ("OpenSSL Error", "Client connection from", "Bad socket read/write")


def mosquitto_program() -> Path:
    """Where mosquitto is. Raises InvalidSettings where none is installed."""
    found = shutil.which("mosquitto", path=SEARCHED)
    if found is None:
        raise InvalidSettings(
            "--broker managed needs mosquitto, and none is installed: apt install mosquitto"
            " (and systemctl disable --now mosquitto, which would take its port)"
        )
    return Path(found)


@dataclass(slots=True)
class BrokerProcess:
    """One run of mosquitto. It is killed by the kernel when the process that started it ends, be it
    by SIGKILL: it keeps nothing that it could lose."""

    configuration: Path
    monotonic_s: Callable[[], float]
    last_error: str = ""
    _process: asyncio.subprocess.Process | None = None
    _minute_began_s: float = 0.0
    _said: int = 0

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        process = self._process
        return process.pid if process is not None and process.returncode is None else None

    async def run(self) -> int:
        """Starts it and returns its exit status once it has ended. Cancelled, ends it."""
        program = [str(mosquitto_program()), "-c", str(self.configuration)]
        if (setpriv := shutil.which("setpriv")) is not None:
            program = [setpriv, "--pdeathsig", "KILL", *program]
        process = await asyncio.create_subprocess_exec(
            *program,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        self._process = process
        _give_handles(process.pid)
        try:
            if process.stderr is not None:
                await self._hear(process.stderr)
            return await process.wait()
        finally:
            await _ended(process)

    def reload(self) -> None:
        """Has it read its lists, certificates and password file anew."""
        self._signal(signal.SIGHUP)

    def stop(self) -> None:
        """Has it end; `run` then returns."""
        self._signal(signal.SIGTERM)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.send_signal(number)

    async def _hear(self, said: asyncio.StreamReader) -> None:
        while True:
            try:
                line = await said.readline()
            except ValueError:
                # Longer than a line can be: what is left of it comes as the next one.
                continue
            if not line:
                return
            self._say(_TIME.sub("", line.decode(errors="replace").strip()))

    def _say(self, line: str) -> None:
        level = level_of(line)
        if level >= logging.ERROR:
            self.last_error = line
        if level >= logging.WARNING and not self._has_room():
            return
        log.log(level, "mosquitto: %s", line, extra={"action": "broker-said"})

    def _has_room(self) -> bool:
        now_s = self.monotonic_s()
        if now_s - self._minute_began_s >= 60:
            if (unsaid := self._said - MOST_LINES_A_MINUTE) > 0:
                log.warning("mosquitto: %d more lines", unsaid, extra={"action": "broker-said"})
            self._minute_began_s, self._said = now_s, 0
        self._said += 1
        return self._said <= MOST_LINES_A_MINUTE


def _give_handles(pid: int) -> None:
    """As many file handles as this user's processes may have: one a device. A service begins with
    1,024."""
    with suppress(OSError):
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (most, most))


async def _ended(process: asyncio.subprocess.Process) -> None:
    """Ends it where it has not ended: politely, and after a while by force."""
    if process.returncode is not None:
        return
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(STOP_TIMEOUT_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def level_of(line: str) -> int:
    """How much a line of mosquitto's matters to the hub's log."""
    if line.endswith(_HUNG_UP):
        return logging.DEBUG
    if line.startswith(_TLS_TROUBLE):
        return logging.WARNING
    if line.startswith(("Error", "mosquitto: Error")):
        return logging.ERROR
    if line.startswith("Warning"):
        return logging.WARNING
    return logging.DEBUG if line.startswith(_OF_A_CONNECTION) else logging.INFO
