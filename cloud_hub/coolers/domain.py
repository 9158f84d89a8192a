"""What coolers declare."""

from typing import Final

from cloud_hub.coolers.estimated_sales import ESTIMATED_SELL_OUT
from cloud_hub.coolers.opening_events import apply_openings, trace_opening
from cloud_hub.coolers.reading_events import apply_coolers, trace_readings
from cloud_hub.coolers.sensor_metrics import COOLER_POWER
from cloud_hub.core.projection import Projection
from cloud_hub.domain import Domain
from sync.events import CoolerOpened, CoolerRead

DOMAIN: Final = Domain(
    name="coolers",
    projections=(
        Projection(body=CoolerRead, apply=apply_coolers, trace=trace_readings),
        Projection(body=CoolerOpened, apply=apply_openings, trace=trace_opening),
    ),
    metrics=(ESTIMATED_SELL_OUT, COOLER_POWER),
)
