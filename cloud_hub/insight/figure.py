"""A figure as every page shows it: never without its coverage and its age."""

from dataclasses import dataclass
from datetime import datetime

from cloud_hub.core.text import Said
from cloud_hub.insight.metric import Direction, Unit
from cloud_hub.insight.sums import Number

__all__ = ["Direction", "Figure", "Number", "Unit"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One metric's value for a page. `value` None means "no data", which is never 0.

    `coverage` is the observed share 0..1 of what should have been observed (None: not a watched
    figure). `previous` is the same weekday a week before until the same time of day, over the
    stores and hours that both days know; `change` is today's value over these / previous - 1, but
    for a ratio the difference in fractions (points).
    `hours` holds one value an hour of the day shown, from `first_hour` local time, None where there
    is no data. `low`..`high` is the range where a figure has one (purity). `provisional`: late
    events may still change it. `note` says what a reader must know, such as staff left out.
    `without` names the stores that had to be left out, `better` says which way is the better one.
    """

    metric: str
    name: Said
    value: Number | None
    unit: Unit
    currency: str | None
    coverage: float | None
    as_of: datetime
    previous: Number | None
    change: float | None
    hours: tuple[Number | None, ...]
    first_hour: int
    provisional: bool
    low: float | None = None
    high: float | None = None
    note: Said | None = None
    without: tuple[Said, ...] = ()
    better: Direction = Direction.UP
