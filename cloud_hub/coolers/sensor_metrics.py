"""What further sensors of coolers measure: the mean of their readings."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.access.permissions import Permission
from cloud_hub.coolers.tables import SensorReading
from cloud_hub.core.days.time_buckets import QUARTER_S, epoch_second
from cloud_hub.core.text import Text
from cloud_hub.insight.metric import (
    Aspect,
    Direction,
    Filter,
    Grain,
    Measure,
    Metric,
    MetricKind,
    Unit,
)
from cloud_hub.insight.sums import Cell, Cells, Sums, add_to
from cloud_hub.insight.window import Window


def mean_of(kind: str) -> Measure:
    """The readings of a kind of sensor and for how many seconds each holds, of every fixture or the
    one asked about; at night too, as coolers run."""

    def measure(session: Session, window: Window, aspect: Aspect) -> Cells:
        hour_of = window.hours()
        quarter = (epoch_second(SensorReading.started_at) // QUARTER_S).label("quarter")
        query = (
            sa.select(
                SensorReading.store_id,
                SensorReading.business_day,
                quarter,
                sa.func.sum(SensorReading.value * SensorReading.interval_s),
                sa.func.sum(SensorReading.interval_s),
            )
            .where(
                SensorReading.tenant_id == window.tenant_id,
                SensorReading.kind == kind,
                window.condition(
                    SensorReading.store_id, SensorReading.business_day, SensorReading.started_at
                ),
                SensorReading.fixture_id == aspect.fixture_id if aspect.fixture_id else sa.true(),
            )
            .group_by(SensorReading.store_id, SensorReading.business_day, quarter)
        )
        cells: dict[Cell, Sums] = {}
        for store_id, day, number, amount, seconds in session.execute(query):
            cell = Cell(store_id, day, hour_of(store_id, number))
            add_to(cells, cell, Sums(amount=amount, base=seconds))
        return cells

    return measure


COOLER_POWER: Final = Metric(
    name="cooler-power",
    title=Text("Power of coolers"),
    kind=MetricKind.RATIO,
    formula=Text("Σ watts read × seconds / seconds read, of every cooler with a meter"),
    unit=Unit.WATTS,
    grain=Grain.HOUR,
    direction=Direction.DOWN,
    sources=("cooler",),
    no_data=Text("No data where no meter was read."),
    measure=mean_of("power"),
    needs=Permission.SEE_SHELF,
    filters=frozenset({Filter.FIXTURE}),
)
