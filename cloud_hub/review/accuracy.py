"""How much of what stands at the front devices name, and how often the name is right.

Accuracy rests on a sample of named products that people judged without knowing the name given.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from cloud_hub.insight.metric import Aspect
from cloud_hub.insight.sums import Cell, Cells, Sums
from cloud_hub.insight.window import Window
from cloud_hub.master_data.place_tables import FixtureRow
from cloud_hub.review.tables import Answer, Reason, ReviewItem, ReviewOpinion
from cloud_hub.shelf.tables import ShelfObservation
from sync.events import PictureQuality

PUBLISHED_OVER = timedelta(days=28)
ENOUGH = 20
"""Fewer judged products say nothing."""
NARROW = 100
"""From so many on a fixture has a figure of its own."""
Z95 = 1.959964


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognition:
    """Audited accuracy at coverage: of `audited` named products `right` were right, with the 95 %
    interval `low`..`high`; None below ENOUGH. `coverage`: named / all products seen; None without
    any. `is_own`: of the fixtures asked about alone, else of the whole chain. `judged_twice` of the
    sample were judged by two people who did not know of each other, `agreement`: the share on which
    they agreed, None below ENOUGH; `unsettled` of the others wait for a third person and are in no
    other figure."""

    audited: int
    right: int
    accuracy: float | None
    low: float | None
    high: float | None
    coverage: float | None
    is_own: bool
    judged_twice: int
    agreement: float | None
    unsettled: int


def wilson(right: float, judged: float) -> tuple[float, float]:
    """The 95 % interval of a share. Source: Wilson 1927."""
    share = right / judged
    middle = share + Z95**2 / (2 * judged)
    spread = Z95 * sqrt(share * (1 - share) / judged + Z95**2 / (4 * judged**2))
    whole = 1 + Z95**2 / judged
    return max(0.0, (middle - spread) / whole), min(1.0, (middle + spread) / whole)


def recognition(
    session: Session, tenant_id: str, fixture_ids: Sequence[str], model: str | None, now: datetime
) -> Recognition:
    """What is published of these fixtures, all chain's where they have too few judged products.

    `model`: only what these weights read; None: whatever read it.
    """
    own = _counts(session, tenant_id, fixture_ids, model, now)
    is_own = own[1] >= NARROW
    right, audited, named, seen = own if is_own else _counts(session, tenant_id, None, model, now)
    is_told = audited >= ENOUGH
    twice = _judged_twice(session, tenant_id, fixture_ids if is_own else None, model, now)
    extent = wilson(right, audited) if is_told else (None, None)
    return Recognition(
        audited=audited,
        right=right,
        accuracy=right / audited if is_told else None,
        low=extent[0],
        high=extent[1],
        coverage=named / seen if seen else None,
        is_own=is_own,
        judged_twice=twice.judged,
        agreement=twice.agreed / twice.judged if twice.judged >= ENOUGH else None,
        unsettled=twice.unsettled,
    )


def _counts(
    session: Session,
    tenant_id: str,
    fixture_ids: Sequence[str] | None,
    model: str | None,
    now: datetime,
) -> tuple[int, int, int, int]:
    """Right, judged, named and seen products of the last weeks."""
    item, seen = ReviewItem, ShelfObservation
    judged = [*_judged(tenant_id), item.taken_at >= now - PUBLISHED_OVER]
    looked = [*_clear(tenant_id), seen.taken_at >= now - PUBLISHED_OVER]
    if fixture_ids is not None:
        judged.append(item.fixture_id.in_(fixture_ids))
        looked.append(seen.fixture_id.in_(fixture_ids))
    if model is not None:
        judged.append(item.model == model)
        looked.append(sa.or_(seen.model == model, seen.model.startswith(f"{model} ")))
    right, audited = session.execute(sa.select(_right(), sa.func.count()).where(*judged)).one()
    named, unnamed = session.execute(
        sa.select(sa.func.sum(seen.named), sa.func.sum(seen.unnamed)).where(*looked)
    ).one()
    named, unnamed = int(named or 0), int(unnamed or 0)
    return int(right or 0), int(audited), named, named + unnamed


@dataclass(frozen=True, slots=True, kw_only=True)
class _Twice:
    """Sampled products that two people judged: of `judged` they `agreed` on some; `unsettled` ones
    have no third answer yet."""

    judged: int
    agreed: int
    unsettled: int


def _judged_twice(
    session: Session,
    tenant_id: str,
    fixture_ids: Sequence[str] | None,
    model: str | None,
    now: datetime,
) -> _Twice:
    item, opinion = ReviewItem, ReviewOpinion
    asked = [
        item.tenant_id == tenant_id,
        item.reason == Reason.AUDIT.value,
        item.taken_at >= now - PUBLISHED_OVER,
    ]
    if fixture_ids is not None:
        asked.append(item.fixture_id.in_(fixture_ids))
    if model is not None:
        asked.append(item.model == model)
    people = sa.func.count()
    each = (
        sa.select(item.answered_at.is_not(None).label("is_settled"), people.label("people"))
        .join(
            opinion,
            sa.and_(opinion.tenant_id == item.tenant_id, opinion.item_id == item.item_id),
        )
        .where(*asked)
        .group_by(item.item_id, item.answered_at)
        .having(people >= 2)
        .subquery()
    )
    is_agreed = sa.and_(each.c.people == 2, each.c.is_settled)
    judged, agreed, unsettled = session.execute(
        sa.select(
            sa.func.count(),
            sa.func.sum(sa.case((is_agreed, 1), else_=0)),
            sa.func.sum(sa.case((each.c.is_settled, 0), else_=1)),
        )
    ).one()
    return _Twice(judged=int(judged), agreed=int(agreed or 0), unsettled=int(unsettled or 0))


def _judged(tenant_id: str) -> list[sa.ColumnElement[bool]]:
    """Sampled products that somebody judged; what a picture does not tell is left out."""
    item = ReviewItem
    return [
        item.tenant_id == tenant_id,
        item.reason == Reason.AUDIT.value,
        item.answered_at.is_not(None),
        item.answer != Answer.UNCLEAR.value,
        item.seen_gtin.is_not(None),
    ]


def _clear(tenant_id: str) -> list[sa.ColumnElement[bool]]:
    return [
        ShelfObservation.tenant_id == tenant_id,
        ShelfObservation.quality == PictureQuality.CLEAR.value,
    ]


def _right() -> sa.ColumnElement[int]:
    item = ReviewItem
    is_right = sa.and_(item.answer == Answer.SKU.value, item.answer_gtin == item.seen_gtin)
    return sa.func.sum(sa.case((is_right, 1), else_=0))


def measure_accuracy(session: Session, window: Window, aspect: Aspect) -> Cells:
    """Right / judged of the sampled named products, by the day of their photo."""
    item = ReviewItem
    rows = session.execute(
        sa.select(item.store_id, item.business_day, _right(), sa.func.count())
        .where(
            *_judged(window.tenant_id),
            window.condition(item.store_id, item.business_day, item.taken_at),
            *_asked(window.tenant_id, item.fixture_id, aspect),
        )
        .group_by(item.store_id, item.business_day)
    )
    return {
        Cell(store_id, day, None): Sums(amount=int(right), base=int(judged))
        for store_id, day, right, judged in rows
    }


def measure_coverage(session: Session, window: Window, aspect: Aspect) -> Cells:
    """Named / all products on clear photos."""
    seen = ShelfObservation
    rows = session.execute(
        sa.select(
            seen.store_id, seen.business_day, sa.func.sum(seen.named), sa.func.sum(seen.unnamed)
        )
        .where(
            *_clear(window.tenant_id),
            window.condition(seen.store_id, seen.business_day, seen.taken_at),
            *_asked(window.tenant_id, seen.fixture_id, aspect),
        )
        .group_by(seen.store_id, seen.business_day)
    )
    return {
        Cell(store_id, day, None): Sums(amount=int(named), base=int(named) + int(unnamed))
        for store_id, day, named, unnamed in rows
    }


def _asked(
    tenant_id: str, fixture_id: InstrumentedAttribute[str], aspect: Aspect
) -> list[sa.ColumnElement[bool]]:
    """One fixture, or those a brand owns."""
    conditions: list[sa.ColumnElement[bool]] = []
    if aspect.fixture_id is not None:
        conditions.append(fixture_id == aspect.fixture_id)
    if aspect.brand_id is not None:
        owned = sa.select(FixtureRow.fixture_id).where(
            FixtureRow.tenant_id == tenant_id, FixtureRow.owner_brand_id == aspect.brand_id
        )
        conditions.append(fixture_id.in_(owned))
    return conditions
