"""The newest lines of the log, kept in memory for whoever asks from afar, without secrets."""

import logging
import re
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

KEPT_LINES: Final = 400
LINE_CHARACTERS: Final = 400
HIDDEN: Final = "…"
_SHORTEST_SECRET: Final = 4
_SECRETS: Final = (
    re.compile(r"aisle1:\S+"),
    re.compile(r"(?<=://)[^/\s@]+(?=@)"),
    re.compile(
        r"(?i)(?<![a-z])(?:basic|bearer)\s+[A-Za-z0-9+/=._~-]{6,}"
        r"|(?<=password)[\"']?\s*[=:]\s*\S+|(?<=passwd)[\"']?\s*[=:]\s*\S+"
        r"|(?<=token)[\"']?\s*[=:]\s*\S+|(?<=secret)[\"']?\s*[=:]\s*\S+"
        r"|(?<=pwd)\s*[=:]\s*\S+|(?<=api_key)\s*[=:]\s*\S+|(?<=apikey)\s*[=:]\s*\S+"
    ),
    re.compile(r"-----BEGIN [A-Z ]+-----.*?(?:-----END [A-Z ]+-----|$)", re.DOTALL),
    re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"),
    re.compile(r"\+?\d(?:[ -]?\d){8,}"),
)
"""Claim codes, passwords in addresses and beside their names, keys; and what may name a person: an
e-mail's address, a number as long as a telephone's."""


@dataclass(slots=True, eq=False)
class LogTail(logging.Handler):
    """Keeps the newest lines. `secrets` are texts of this device that no line shows."""

    secrets: frozenset[str] = frozenset()
    _lines: deque[str] = field(default_factory=lambda: deque(maxlen=KEPT_LINES))

    def __post_init__(self) -> None:
        """A handler like any other."""
        logging.Handler.__init__(self)

    def emit(self, record: logging.LogRecord) -> None:
        """One more line; a trace is left out, but for what was raised."""
        try:
            said = record.getMessage()
        except (TypeError, ValueError):
            said = str(record.msg)
        if record.exc_info and record.exc_info[1] is not None:
            said += f" ({type(record.exc_info[1]).__name__}: {record.exc_info[1]})"
        at = datetime.fromtimestamp(record.created, UTC)
        # Hidden before it is cut: half a secret is one.
        shown = " ".join(self._hidden(said).split())[:LINE_CHARACTERS]
        self._lines.append(f"{at:%m-%d %H:%M:%S} {record.levelname.lower()} {shown}")

    def latest(self, lines: int, characters: int) -> str:
        """The newest lines, the oldest of them first, in at most so many characters."""
        taken: list[str] = []
        for line in reversed(list(self._lines)[-max(lines, 1) :]):
            characters -= len(line) + 1
            if characters < 0:
                break
            taken.append(line)
        return "\n".join(reversed(taken)) or "nothing was logged yet"

    def _hidden(self, said: str) -> str:
        for secret in self.secrets:
            if len(secret) >= _SHORTEST_SECRET:
                said = said.replace(secret, HIDDEN)
        for pattern in _SECRETS:
            said = pattern.sub(HIDDEN, said)
        return said


@contextmanager
def tailing(tail: LogTail) -> Iterator[LogTail]:
    """Within it, all that this process logs is kept in `tail`."""
    root = logging.getLogger()
    root.addHandler(tail)
    try:
        yield tail
    finally:
        root.removeHandler(tail)
