"""A brand's board: its own products everywhere, everything inside its own coolers, nobody else's
figures."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from cloud_hub.metrics.shelf import Verdict
from cloud_hub.photo import Photo
from cloud_hub.text import Text
from cloud_hub.viewer import Viewer
from cloud_hub.views.figure import Figure
from cloud_hub.views.rows import Cost, Freshness, ProblemRow

__all__ = [
    "BrandGap",
    "BrandView",
    "Competitor",
    "OutletRow",
    "SellOutRow",
    "ShareDay",
    "Verdict",
    "brand_view",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletRow:
    """One of the brand's coolers, or a shelf that plans the brand's goods. `reasons` are the (at
    most two) things that cost it most. `cost` is None where nothing is lost."""

    store_id: str
    store_name: Text
    fixture_id: str
    fixture_name: Text
    owned: bool
    on_shelf: Figure
    purity: Figure
    purity_verdict: Verdict
    compliance: Figure
    reasons: tuple[Text, ...]
    photo: Photo | None
    cost: Cost | None
    freshness: Freshness


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareDay:
    """Whose facings the last clear photo of each owned cooler showed on one day, added up over
    coolers (one photo a cooler). None: no clear photo that day."""

    business_day: date
    own: int | None
    foreign: int | None
    unknown: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandGap:
    """A planned slot of the brand that is empty now, oldest first."""

    store_id: str
    store_name: Text
    fixture_id: str
    slot_id: str
    gtin: str
    product_name: Text
    since: datetime
    age_text: Text
    confirmed: bool
    cost: Cost | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Competitor:
    """Whose packs stand where the brand's should: named in the brand's own cooler, "Other A" on a
    retailer's shelf."""

    fixture_id: str
    store_name: Text
    name: Text
    facings: int
    since: datetime
    since_text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class SellOutRow:
    """Units of one of the brand's products sold today through tills, and a week before until the
    same time. None: no till data."""

    gtin: str
    product_name: Text
    units: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandView:
    """Everything on a brand's board. `figures`: on-shelf availability, purity, compliance, share
    of shelf, facings. `outlets` stand worst first; `worst` is the first with a photo."""

    brand_id: str
    name: Text
    currency: str
    now: datetime
    local_now: datetime
    time_zone: str
    until: str
    headline: Text
    coolers_total: int
    coolers_seen_today: int
    figures: tuple[Figure, ...]
    outlets: tuple[OutletRow, ...]
    worst: OutletRow | None
    share: tuple[ShareDay, ...]
    gaps: tuple[BrandGap, ...]
    competitors: tuple[Competitor, ...]
    sell_out: tuple[SellOutRow, ...]
    problems: tuple[ProblemRow, ...]


def brand_view(session: Session, viewer: Viewer, now: datetime, brand_id: str) -> BrandView:
    """A brand's board at `now`: for the brand itself or the head office. Raises NotYours,
    NotFound."""
    raise NotImplementedError
