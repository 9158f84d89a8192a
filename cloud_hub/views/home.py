"""Home: what the chain sells today, what costs it money, how fresh all that is."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from cloud_hub.photo import Photo
from cloud_hub.text import Text
from cloud_hub.viewer import Viewer
from cloud_hub.views.figure import Figure
from cloud_hub.views.rows import Books, Freshness, ProblemRow


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreRow:
    """A store in home's table. `too_warm`: an open alarm says so."""

    store_id: str
    name: Text
    net_sales: Figure
    conversion: Figure
    on_shelf: Figure
    temperature_c: float | None
    too_warm: bool
    freshness: Freshness


@dataclass(frozen=True, slots=True, kw_only=True)
class Road:
    """The last photo's way here: facings seen in it, the number of its event, and the seconds from
    the event being recorded on the device to the hub holding it."""

    store_id: str
    store_name: Text
    fixture_id: str
    fixture_name: Text
    photo: Photo
    facings: int
    event_number: int
    hub_delay_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeView:
    """Everything on home. `local_now` is in the chain's (first store's) zone, `until` its clock
    time as "14:32". `figures`: footfall, conversion, net sales, average basket, on-shelf
    availability. `money_at_stake` is what the problems cost today, None where none has a price."""

    tenant_name: Text
    simulated: bool
    currency: str
    now: datetime
    local_now: datetime
    time_zone: str
    until: str
    headline: Text
    stores_online: int
    stores_total: int
    figures: tuple[Figure, ...]
    problems: tuple[ProblemRow, ...]
    information: tuple[ProblemRow, ...]
    stores: tuple[StoreRow, ...]
    road: Road | None
    books: Books


def home_view(session: Session, viewer: Viewer, now: datetime) -> HomeView:
    """Home as `viewer` may see it at `now`. Raises NotYours."""
    raise NotImplementedError
