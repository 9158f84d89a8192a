"""When a row happened, as files write it, and what the clocks of that place did then. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from device_profiles.values.bounds import is_within_time
from edge_agent.till.imports.cells import UnusableCell

UNMISTAKABLE = (
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d",
    "%Y.%m.%d %H:%M:%S",
    "%Y-%m-%d %H:%M:%S %z",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y",
    "%d.%m.%y %H:%M:%S",
    "%d.%m.%y %H:%M",
    "%Y年%m月%d日 %H:%M:%S",
    "%Y年%m月%d日 %H:%M",
    "%Y年%m月%d日",
    "%Y%m%d %H%M%S",
    "%Y%m%d %H:%M:%S",
    "%Y%m%d%H%M%S",
)
"""Besides ISO 8601: those that no two countries read differently."""
SERIAL_FROM, SERIAL_TO = 20_000, 80_000
"""Days since the end of 1899 that spreadsheets write: 1954 to 2119."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When a row happened; `warning` says what its clock leaves open."""

    at: datetime
    warning: str = ""


def read_moment(text: str, formats: tuple[str, ...], zone: str) -> Moment:
    """The time in a cell: in one of `formats`, ISO 8601 or another that cannot be mistaken; local
    in `zone` where it has no offset.

    Raises UnusableCell.
    """
    said = " ".join(text.split())
    found = _parsed(said, formats)
    if found is None:
        raise UnusableCell(f"time {text!r} is not readable; give the mapping a time_format")
    local = found if found.tzinfo is not None else found.replace(tzinfo=ZoneInfo(zone))
    if not is_within_time(local):
        raise UnusableCell(f"time {text!r} is not between 1970 and 2200")
    if found.tzinfo is not None:
        return Moment(at=found)
    early, late = local.utcoffset(), local.replace(fold=1).utcoffset()
    if early is None or late is None or early == late:
        return Moment(at=local)
    what = "was twice: taken for the first" if early > late else "never was: clocks went forward"
    return Moment(at=local, warning=f"local time {said} in {zone} {what}")


def _parsed(said: str, formats: tuple[str, ...]) -> datetime | None:
    for time_format in formats:
        try:
            return datetime.strptime(said, time_format)  # noqa: DTZ007 - zone added by the caller
        except ValueError:
            continue
    try:
        return datetime.fromisoformat(said)
    except ValueError:
        pass
    for time_format in UNMISTAKABLE:
        try:
            return datetime.strptime(said, time_format)  # noqa: DTZ007 - zone added by the caller
        except ValueError:
            continue
    return _serial(said)


def _serial(said: str) -> datetime | None:
    """A spreadsheet's number of days."""
    try:
        days = Decimal(said)
    except InvalidOperation:
        return None
    if not (days.is_finite() and SERIAL_FROM <= days <= SERIAL_TO):
        return None
    seconds = round(days * 24 * 60 * 60)
    return datetime(1899, 12, 30) + timedelta(seconds=seconds)  # noqa: DTZ001 - likewise
