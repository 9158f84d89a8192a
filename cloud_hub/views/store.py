"""One store: its day in figures, doors, shelves, tills, devices, problems and tasks."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from cloud_hub.photo import Photo
from cloud_hub.text import Text
from cloud_hub.viewer import Viewer
from cloud_hub.views.figure import Figure
from cloud_hub.views.rows import Freshness, ProblemRow
from cloud_hub.views.tasks import TaskRow


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorRow:
    """One counting line today. `entries`/`exits` leave out `staff`. None: no data."""

    line_id: str
    role: str
    device_id: str
    entries: int | None
    exits: int | None
    staff: int | None
    watched: float | None
    simulated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FixtureRow:
    """One fixture with its last photo. Counts are None where no clear photo exists today."""

    fixture_id: str
    name: Text
    photo: Photo | None
    slots_planned: int
    slots_filled: int | None
    slots_right: int | None
    gaps: int | None
    temperature_c: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TillRow:
    """One till's day. `origin` is how its receipts came: `till`, `import` …"""

    workstation_id: str
    receipts: int
    net_sales: Decimal
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRow:
    """One business day of the last fifteen. `revised_by` is what late receipts added after the day
    had first been shown; None: not revised."""

    business_day: date
    net_sales: Decimal | None
    footfall: int | None
    conversion: float | None
    provisional: bool
    revised_by: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRow:
    """One device of the store."""

    device_id: str
    kind: str
    name: Text
    freshness: Freshness


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreView:
    """Everything on a store's page. `figures`: footfall, conversion, net sales, average basket,
    units per transaction, sales per m², return rate, member rate, on-shelf availability.
    `staff_left_out` is None where no door reported."""

    store_id: str
    name: Text
    region: Text
    currency: str
    now: datetime
    local_now: datetime
    time_zone: str
    business_day: date
    until: str
    freshness: Freshness
    figures: tuple[Figure, ...]
    staff_left_out: int | None
    doors: tuple[DoorRow, ...]
    fixtures: tuple[FixtureRow, ...]
    tills: tuple[TillRow, ...]
    days: tuple[DayRow, ...]
    devices: tuple[DeviceRow, ...]
    problems: tuple[ProblemRow, ...]
    information: tuple[ProblemRow, ...]
    tasks: tuple[TaskRow, ...]


def store_view(session: Session, viewer: Viewer, now: datetime, store_id: str) -> StoreView:
    """One store as `viewer` may see it at `now`. Raises NotYours, NotFound."""
    raise NotImplementedError
