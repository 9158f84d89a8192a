"""A brand's board: its own products everywhere, everything inside its own coolers, nobody else's
figures."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from cloud_hub.access.permissions import Permission
from cloud_hub.access.viewer import Standing, Viewer
from cloud_hub.boards.brand.facts import facts_of
from cloud_hub.boards.brand.outlets import (
    BrandGap,
    Competitor,
    OutletRow,
    ShareDay,
    brand_gaps,
    competitors,
    outlet_rows,
    share_days,
)
from cloud_hub.boards.problems.row import ProblemRow
from cloud_hub.boards.problems.rows import problem_rows
from cloud_hub.boards.problems.scope import may_read, snapshot_for
from cloud_hub.coolers.estimated_sales import ESTIMATED_SELL_OUT
from cloud_hub.core import wording
from cloud_hub.core.errors import NotFound, NotYours
from cloud_hub.core.text import NO_WORDS, Said, Text
from cloud_hub.insight.figure import Figure
from cloud_hub.insight.figures import Comparison, figure
from cloud_hub.insight.metric import Aspect
from cloud_hub.insight.search import search
from cloud_hub.insight.snapshot import Snapshot
from cloud_hub.insight.sums import Cell, Sums, add_to
from cloud_hub.review.accuracy import Recognition, recognition
from cloud_hub.review.view import waiting_questions
from cloud_hub.sales.metrics import SELL_OUT
from cloud_hub.sales.products import units_by_product
from cloud_hub.sales.receipts import till_time
from cloud_hub.shelf.domain import DOMAIN as SHELF
from cloud_hub.shelf.figures import shelf_figures
from cloud_hub.shelf.measures import Verdict
from cloud_hub.shelf.metrics import COMPLIANCE, FACINGS, ON_SHELF, PURITY, SHARE_OF_SHELF
from device_profiles.store import LoginRole

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
class SellOutRow:
    """Units of one of the brand's products sold today through tills, and a week before until the
    same time. None: no till data."""

    gtin: str
    product_name: Said
    units: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandView:
    """Everything on a brand's board. `figures`: on-shelf availability, purity, compliance, share
    of shelf, facings. `outlets` stand worst first; `worst` is the first with a photo. `published`
    is how often recognition is right in its coolers, `sell_out_estimated` what coolers say
    whose sales pass no till (None: there are none), `doubts` how many crops of them wait for an
    answer."""

    brand_id: str
    name: Said
    currency: str
    now: datetime
    local_now: datetime
    time_zone: str
    until: str
    headline: Said
    coolers_total: int
    coolers_seen_today: int
    figures: tuple[Figure, ...]
    outlets: tuple[OutletRow, ...]
    worst: OutletRow | None
    share: tuple[ShareDay, ...]
    gaps: tuple[BrandGap, ...]
    competitors: tuple[Competitor, ...]
    sell_out: tuple[SellOutRow, ...]
    sell_out_estimated: Figure | None
    problems: tuple[ProblemRow, ...]
    published: Recognition
    doubts: int


BRAND_SEARCHES = tuple(
    each for each in SHELF.searches if any(kind.shown_to_brands for kind in each.kinds)
)

BRAND_METRICS = (ON_SHELF, PURITY, COMPLIANCE, SHARE_OF_SHELF, FACINGS)


def brand_view(session: Session, viewer: Viewer, now: datetime, brand_id: str) -> BrandView:
    """A brand's board at `now`: for the brand itself or the head office. Raises NotYours,
    NotFound."""
    if viewer.brand_id not in (None, brand_id):
        raise NotYours("this is another brand's board")
    viewer.require(Permission.SEE_BRAND)
    as_brand = Viewer(
        tenant_id=viewer.tenant_id,
        login_name=viewer.login_name,
        role=LoginRole.BRAND,
        brand_id=brand_id,
        language=viewer.language,
        standing=Standing.READER,
    )
    snapshot = snapshot_for(session, as_brand, Permission.SEE_BRAND, now)
    chain = snapshot.chain
    if brand_id not in chain.brands:
        raise NotFound(f"there is no brand {brand_id!r}")
    facts = facts_of(snapshot, as_brand, brand_id)
    owned, seen, comparison = facts.owned, facts.seen_today, facts.comparison
    gaps = brand_gaps(snapshot, brand_id)
    outlets = outlet_rows(facts, gaps)
    figures = shelf_figures(BRAND_METRICS, facts.read, comparison, Aspect(brand_id=brand_id))
    findings = [
        finding
        for finding in search(snapshot, BRAND_SEARCHES)
        if may_read(finding, as_brand, chain)
    ]
    local_now = now.astimezone(chain.zone())
    return BrandView(
        brand_id=brand_id,
        name=chain.brands[brand_id],
        currency=chain.currency,
        now=now,
        local_now=local_now,
        time_zone=chain.zone().key,
        until=f"{local_now:%H:%M}",
        headline=_headline(figures, outlets, len(owned), seen),
        coolers_total=len(owned),
        coolers_seen_today=seen,
        figures=figures,
        outlets=outlets,
        worst=next((outlet for outlet in outlets if outlet.photo is not None), None),
        share=share_days(session, snapshot, brand_id),
        gaps=gaps,
        competitors=competitors(snapshot, brand_id, facts.naming),
        sell_out=_sell_out(session, snapshot, comparison, brand_id),
        sell_out_estimated=_estimated(session, comparison, brand_id),
        problems=problem_rows(snapshot, findings, facts.album),
        published=recognition(
            session, chain.tenant_id, [fixture.fixture_id for fixture in owned], None, now
        ),
        doubts=waiting_questions(session, as_brand, None).doubts,
    )


def _sell_out(
    session: Session, snapshot: Snapshot, comparison: Comparison, brand_id: str
) -> tuple[SellOutRow, ...]:
    """Today's units of each of the brand's products, the best seller first."""
    known: dict[Cell, Sums] = {}
    for cell, sums in till_time(session, comparison.window).items():
        time = Sums(amount=Decimal(0), observed_s=sums.observed_s, expected_s=sums.expected_s)
        add_to(known, Cell(cell.store_id, cell.day, None), time)
    units: dict[str, dict[Cell, Sums]] = defaultdict(dict)
    aspect = Aspect(brand_id=brand_id)
    for (store_id, day, _, gtin), sold in units_by_product(
        session, comparison.window, aspect
    ).items():
        add_to(units[gtin], Cell(store_id, day, None), Sums(amount=sold))
    rows = []
    for product in snapshot.chain.products.values():
        # A retired product has its row as long as it still sells.
        is_over = product.retired_from is not None and not units[product.gtin]
        if product.brand_id != brand_id or is_over:
            continue
        cells = dict(known)
        for cell, sums in units[product.gtin].items():
            add_to(cells, cell, sums)
        rows.append(
            SellOutRow(
                gtin=product.gtin,
                product_name=product.name,
                units=figure(SELL_OUT, cells, comparison),
            )
        )
    return tuple(sorted(rows, key=lambda row: (-float(row.units.value or 0), row.gtin)))


def _estimated(session: Session, comparison: Comparison, brand_id: str) -> Figure | None:
    """Today's estimate of what passes no till, never added to what tills sold."""
    cells = ESTIMATED_SELL_OUT.measure(session, comparison.window, Aspect(brand_id=brand_id))
    return figure(ESTIMATED_SELL_OUT, cells, comparison) if cells else None


_HEADLINE = Text(
    "Your {n} cooler, {seen} seen today: {figures}.{visit}",
    "Your {n} coolers, {seen} seen today: {figures}.{visit}",
)
_ELSEWHERE = Text(
    "No cooler is yours; your goods are planned on {n} shelf: {figures}.{visit}",
    "No cooler is yours; your goods are planned on {n} shelves: {figures}.{visit}",
)
_VISIT = Text(" Visit {store} first: {reason}.")
_NO_DATA = Text("no data")
_SAID = {
    ON_SHELF.name: Text("on-shelf availability {value}"),
    PURITY.name: Text("purity {value}"),
    COMPLIANCE.name: Text("planogram compliance {value}"),
}


def _headline(
    figures: tuple[Figure, ...], outlets: tuple[OutletRow, ...], total: int, seen: int
) -> Text:
    said = [
        _SAID[f.metric].filled(
            value=_NO_DATA if f.value is None else wording.percent(float(f.value)),
        )
        for f in figures
        if f.metric in _SAID
    ]
    worst = next((outlet for outlet in outlets if outlet.reasons), None)
    return (_HEADLINE if total else _ELSEWHERE).filled(
        n=total or len(outlets),
        seen=seen,
        figures=wording.listed(said),
        visit=NO_WORDS
        if worst is None
        else _VISIT.filled(store=worst.store_name, reason=worst.reasons[0]),
    )
