"""What a program tells the supervisor that started it (systemd's `sd_notify`): ready, alive, how it
does, stopping. Without a supervisor nothing is told."""

import asyncio
import faulthandler
import logging
import os
import socket
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Final

log = logging.getLogger(__name__)

SOCKET_VARIABLE: Final = "NOTIFY_SOCKET"
WATCHDOG_VARIABLE: Final = "WATCHDOG_USEC"
WATCHED_VARIABLE: Final = "WATCHDOG_PID"
BEATS: Final = 3
"""So many signs of life within the time after which the supervisor kills."""
UNWATCHED_BEAT_S: Final = 60.0
"""Where nobody kills, what the program does is told so often."""
STATUS_CHARACTERS: Final = 200
NO_ANSWER: Final = "a write to the database does not come back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """Whether a program does what only it can heal by starting anew, and how it does in a line."""

    is_alive: bool
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Supervisor:
    """The supervisor's socket, and within how many seconds it wants a sign of life."""

    address: str | None
    watchdog_s: float | None = None

    @property
    def beat_s(self) -> float:
        """How often a sign of life is given."""
        return UNWATCHED_BEAT_S if self.watchdog_s is None else self.watchdog_s / BEATS

    def ready(self, said: str) -> None:
        """The doors are open."""
        self._tell("READY=1", _status(said))

    def beat(self, pulse: Pulse) -> None:
        """How it does, with a sign of life if there is one."""
        self._tell(*(["WATCHDOG=1"] if pulse.is_alive else []), _status(pulse.said))

    def stopping(self) -> None:
        """The doors are being closed."""
        self._tell("STOPPING=1", _status("stopping"))

    async def watch(self, look: Callable[[], Awaitable[Pulse]]) -> None:
        """Has `look` judge the program and passes it on, until cancelled. A look that does not come
        back is no sign of life, and no second one is begun."""
        if self.address is None:
            return
        if not faulthandler.is_enabled():
            # Whoever is killed for silence says where each of its threads stood.
            faulthandler.enable()
        was_alive, looking = True, asyncio.ensure_future(look())
        try:
            while True:
                done, _ = await asyncio.wait({looking}, timeout=self.beat_s)
                pulse = looking.result() if done else Pulse(is_alive=False, said=NO_ANSWER)
                if pulse.is_alive != was_alive:
                    was_alive = pulse.is_alive
                    word = "alive again" if was_alive else "no sign of life is given"
                    log.warning("%s: %s", word, pulse.said, extra={"action": "pulse"})
                self.beat(pulse)
                if done:
                    await asyncio.sleep(self.beat_s)
                    looking = asyncio.ensure_future(look())
        finally:
            looking.cancel()

    def _tell(self, *lines: str) -> None:
        if self.address is None:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to:
                to.setblocking(False)
                to.sendto("\n".join(lines).encode(), self.address)
        except OSError as error:
            # A supervisor that starts anew listens again in a moment; the next beat reaches it.
            log.warning("the supervisor hears nothing: %s", error, extra={"action": "supervisor"})


NO_SUPERVISOR: Final = Supervisor(address=None)


def supervisor_of(environment: MutableMapping[str, str]) -> Supervisor:
    """The supervisor that the environment names. Its variables are taken out: a program that this
    one starts (a broker) must not speak for it."""
    address = environment.pop(SOCKET_VARIABLE, "")
    within = environment.pop(WATCHDOG_VARIABLE, "")
    meant = environment.pop(WATCHED_VARIABLE, "")
    if not address.startswith(("/", "@")):
        return NO_SUPERVISOR
    is_ours = not meant or meant == str(os.getpid())
    watchdog_s = int(within) / 1e6 if is_ours and within.isdecimal() and int(within) else None
    abstract = f"\0{address[1:]}" if address.startswith("@") else address
    return Supervisor(address=abstract, watchdog_s=watchdog_s)


def _status(said: str) -> str:
    return f"STATUS={' '.join(said.split())[:STATUS_CHARACTERS]}"
