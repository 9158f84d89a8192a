"""The demonstration's processes: started with a log each, watched, and ended together."""

import asyncio
import json
import logging
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from simulators.core.errors import ChildDied

log = logging.getLogger(__name__)

LONGEST_LAST_LINE = 300
CHILD_ENVIRONMENT = {"AISLE_HUB_AUDIT_ONE_IN": "12"}
"""A day's photos are few: more of what they show is put before the reviewer than in a chain."""
GRACE_S = 10.0
"""How long a process may take to end when it is told to; then it is killed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A running process, its name for people, and where its output goes."""

    name: str
    process: asyncio.subprocess.Process
    log_path: Path

    def last_line(self) -> str:
        """What it said last, for the message about its death."""
        try:
            lines = self.log_path.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return ""
        last = next((line.strip() for line in reversed(lines) if line.strip()), "")
        with suppress(ValueError, KeyError, TypeError):
            # A JSON log line; any other is said as it is.
            last = str(json.loads(last)["message"])
        return last[:LONGEST_LAST_LINE]


class Children:
    """All processes of one demonstration, each told `surroundings` beside what this one was told.
    An async context manager: leaving it ends them all."""

    def __init__(self, log_dir: Path, surroundings: dict[str, str] | None = None) -> None:
        self.log_dir = log_dir
        self._environment = os.environ | CHILD_ENVIRONMENT | (surroundings or {})
        self._children: list[Child] = []

    async def __aenter__(self) -> "Children":
        """Makes the log folder."""
        self.log_dir.mkdir(parents=True, exist_ok=True)
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Ends all."""
        await self.end()

    async def start(self, name: str, *arguments: str) -> Child:
        """`aisle ARGUMENTS…` as a process of its own, its output in the log folder."""
        log_path = self.log_dir / f"{name}.log"
        with log_path.open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                *aisle_command(*arguments),
                env=self._environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=asyncio.subprocess.STDOUT,
                # Ctrl-C in the terminal is for the demonstration alone, which then ends them.
                start_new_session=True,
            )
        child = Child(name=name, process=process, log_path=log_path)
        self._children.append(child)
        log.info("started %s", name, extra={"action": "child-started"})
        return child

    async def watch(self) -> None:
        """Returns never; raises ChildDied as soon as one process has ended by itself."""
        while True:
            self.check()
            await asyncio.sleep(0.5)

    def check(self) -> None:
        """Raises ChildDied if a process has ended by itself."""
        for child in self._children:
            if child.process.returncode is not None:
                raise ChildDied(
                    f"{child.name} ended by itself (exit {child.process.returncode}):"
                    f" {child.last_line() or 'it said nothing'}; see {child.log_path}"
                )

    async def end(self) -> None:
        """Tell all to end, wait, and kill those that do not. The last started ends first."""
        running = [c for c in reversed(self._children) if c.process.returncode is None]
        for child in running:
            child.process.send_signal(signal.SIGTERM)
        if running:
            waits = [asyncio.ensure_future(child.process.wait()) for child in running]
            await asyncio.wait(waits, timeout=GRACE_S)
        for child in running:
            if child.process.returncode is None:
                log.warning("%s had to be killed", child.name, extra={"action": "child-killed"})
                child.process.kill()
                await child.process.wait()
        self._children.clear()


def aisle_command(*arguments: str) -> Sequence[str]:
    """The command line of `aisle` in this very Python."""
    return (sys.executable, "-m", "aisle", *arguments)
