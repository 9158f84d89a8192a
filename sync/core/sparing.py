"""One item of a loop that fails: told in the log, and those behind it go on."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(slots=True)
class Failure:
    """What the item raised; None while it has raised nothing."""

    error: Exception | None = None


@contextmanager
def sparing(
    log: logging.Logger, message: str, *about: object, action: str, level: int = logging.ERROR
) -> Iterator[Failure]:
    """Around one item of a loop, whatever it does: what it raises is logged with its trace and
    kept in the answer, and goes no further. Being cancelled is no failure."""
    failure = Failure()
    try:
        yield failure
    except Exception as error:
        # A fault of one item, foreseen or not, must not cost those behind it.
        failure.error = error
        log.log(level, message, *about, exc_info=True, extra={"action": action})
