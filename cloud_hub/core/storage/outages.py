"""Whether a database is out of order, or what it was given is: the first passes, the second not."""

from typing import Final

from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError

MAY_BE_OUTAGE: Final = (OperationalError, InterfaceError, InternalError)
"""What a database raises that cannot go on; some of it for values, such as a sum that overflows."""
SQLITE_FAULTY: Final = frozenset((3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 17, 22, 26))
"""SQLite's codes (its lowest byte) for a file or a disk: busy, locked, full, damaged, gone …"""
POSTGRESQL_FAULTY: Final = ("08", "25006", "40", "53", "55", "57", "58", "XX")
"""How SQLSTATEs begin that speak of the connection, the server or another transaction."""


def is_outage(error: BaseException | None) -> bool:
    """Whether the same statements may succeed later."""
    if not isinstance(error, MAY_BE_OUTAGE):
        return False
    if error.connection_invalidated:
        return True
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF in SQLITE_FAULTY
    return _is_outage_of_postgresql(error)


def _is_outage_of_postgresql(error: DBAPIError) -> bool:
    """Without a SQLSTATE nothing was reached that could have given one."""
    state = getattr(error.orig, "sqlstate", None)
    return state is None or str(state).startswith(POSTGRESQL_FAULTY)
