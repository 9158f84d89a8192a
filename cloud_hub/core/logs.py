"""Whose words the hub's log leaves out, unless they are warnings."""

from sync.core import logs

_QUIET = ("alembic", "amqtt", "transitions", "websockets", "uvicorn.access", "httpx", "watchfiles")


def set_up_logging(*, verbose: bool = False) -> None:
    """Writes the hub's log to standard error."""
    logs.set_up_logging(verbose=verbose, quiet=_QUIET)
