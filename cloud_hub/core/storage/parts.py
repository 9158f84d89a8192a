"""Parts of the database that a writing transaction may change while others change others."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy.orm import Session

PARTS: Final = "parts"
"""What a session carries: the parts that it may write; None or nothing for everything."""


class PartsNotHeld(Exception):
    """A transaction came upon parts that it may not write. It has to be begun again with them:
    taken in the middle, two that want each other's would wait for ever."""

    def __init__(self, parts: frozenset[str]) -> None:
        super().__init__(f"not held: {', '.join(sorted(parts))}")
        self.parts = parts


def store_part(tenant_id: str, store_id: str) -> str:
    """The part that is a store's."""
    return f"{tenant_id}/{store_id}"


def require_parts(session: Session, parts: Iterable[str]) -> None:
    """Nothing, where this transaction may write all of `parts`. Raises PartsNotHeld."""
    held: frozenset[str] | None = session.info.get(PARTS)
    missing = frozenset() if held is None else frozenset(parts) - held
    if missing:
        raise PartsNotHeld(missing)
