"""What is measured of coolers' days: how many are sound, what they used."""

from decimal import Decimal
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.access.permissions import Permission
from cloud_hub.coolers.health.tables import CoolerDay
from cloud_hub.core.text import Text
from cloud_hub.insight.metric import (
    Aspect,
    Direction,
    Filter,
    Grain,
    Metric,
    MetricKind,
    Unit,
)
from cloud_hub.insight.sums import Cell, Cells, Sums
from cloud_hub.insight.window import Window


def measure_health(session: Session, window: Window, aspect: Aspect) -> Cells:
    """Cooler days without a warning, of those that were judged."""
    sound = sa.case((CoolerDay.warned_since.is_(None), 1), else_=0)
    query = (
        sa.select(CoolerDay.store_id, CoolerDay.business_day, sa.func.sum(sound), sa.func.count())
        .where(*_asked(window, aspect), CoolerDay.is_judged)
        .group_by(CoolerDay.store_id, CoolerDay.business_day)
    )
    return {
        Cell(store_id, day, None): Sums(amount=amount, base=base)
        for store_id, day, amount, base in session.execute(query)
    }


def measure_energy(session: Session, window: Window, aspect: Aspect) -> Cells:
    """Kilowatt hours by store and day, and how much of the day the meters were read."""
    lasts_s = {(d.store_id, d.day): (d.end_at - d.start_at).total_seconds() for d in window.days}
    query = (
        sa.select(
            CoolerDay.store_id,
            CoolerDay.business_day,
            sa.func.sum(CoolerDay.energy_kwh),
            sa.func.sum(CoolerDay.metered_s),
            sa.func.count(),
        )
        .where(*_asked(window, aspect), CoolerDay.energy_kwh.is_not(None))
        .group_by(CoolerDay.store_id, CoolerDay.business_day)
    )
    return {
        Cell(store_id, day, None): Sums(
            # To the watt hour, exact: days add up to what is said of a week.
            amount=Decimal(f"{kwh or 0.0:.3f}"),
            observed_s=metered_s,
            expected_s=count * lasts_s[store_id, day],
        )
        for store_id, day, kwh, metered_s, count in session.execute(query)
    }


def _asked(window: Window, aspect: Aspect) -> list[sa.ColumnElement[bool]]:
    days = [
        sa.and_(CoolerDay.store_id.in_(stores), CoolerDay.business_day == each.day)
        for each, stores in window.groups()
    ]
    return [
        CoolerDay.tenant_id == window.tenant_id,
        sa.or_(sa.false(), *days),
        CoolerDay.fixture_id == aspect.fixture_id if aspect.fixture_id else sa.true(),
    ]


COOLER_HEALTH: Final = Metric(
    name="cooler-health",
    title=Text("Sound coolers"),
    kind=MetricKind.RATIO,
    formula=Text(
        "cooler days without an early warning / cooler days judged against the cooler's own last"
        " weeks"
    ),
    unit=Unit.RATIO,
    grain=Grain.DAY,
    direction=Direction.UP,
    sources=("cooler",),
    no_data=Text("No data of a cooler that was read too little, or for fewer than four days."),
    measure=measure_health,
    needs=Permission.SEE_SHELF,
    filters=frozenset({Filter.FIXTURE}),
)

COOLER_ENERGY: Final = Metric(
    name="cooler-energy",
    title=Text("Energy of coolers"),
    kind=MetricKind.FLOW,
    formula=Text(
        "Σ watts × seconds / 3,600,000, or what the meter's counter went up by, of every cooler"
        " with a meter; only what was metered, nothing is added for the rest; coverage = time"
        " metered / time"
    ),
    unit=Unit.KILOWATT_HOURS,
    grain=Grain.DAY,
    direction=Direction.DOWN,
    sources=("cooler",),
    no_data=Text("No data without a meter, or below 80 % of the time metered."),
    measure=measure_energy,
    needs=Permission.SEE_SHELF,
    filters=frozenset({Filter.FIXTURE}),
    minimum_coverage=0.8,
)
