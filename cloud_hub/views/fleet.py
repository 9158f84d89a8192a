"""The fleet: every device, how fresh it is, what it owes, what alarms."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from cloud_hub.text import Text
from cloud_hub.viewer import Viewer
from cloud_hub.views.figure import Figure
from cloud_hub.views.rows import Books, Freshness, ProblemRow


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetRow:
    """One device. `open_alarms` are the names of the alarms that are raised now."""

    device_id: str
    kind: str
    name: Text
    store_id: str
    store_name: Text
    simulated: bool
    agent_version: str | None
    freshness: Freshness
    books: Books
    resent: int
    dead: int
    temperature_c: float | None
    open_alarms: tuple[Text, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetView:
    """Everything on the fleet page. `figures`: connected, working."""

    now: datetime
    local_now: datetime
    time_zone: str
    figures: tuple[Figure, ...]
    devices: tuple[FleetRow, ...]
    books: Books
    problems: tuple[ProblemRow, ...]


def fleet_view(session: Session, viewer: Viewer, now: datetime) -> FleetView:
    """The devices `viewer` may see at `now`. Raises NotYours."""
    raise NotImplementedError
