"""What coolers declare."""

from typing import Final

from cloud_hub.coolers.estimated_sales import ESTIMATED_SELL_OUT
from cloud_hub.coolers.health.findings import COOLER_WARNING, find_cooler_warnings
from cloud_hub.coolers.health.keeping import keep_health
from cloud_hub.coolers.health.metrics import COOLER_ENERGY, COOLER_HEALTH
from cloud_hub.coolers.opening_events import apply_openings, trace_opening
from cloud_hub.coolers.reading_events import apply_coolers, trace_readings
from cloud_hub.coolers.sensor_metrics import COOLER_POWER
from cloud_hub.core.projection import Projection
from cloud_hub.domain import Domain, Job
from cloud_hub.insight.search import Search
from sync.events import CoolerOpened, CoolerRead

DOMAIN: Final = Domain(
    name="coolers",
    projections=(
        Projection(body=CoolerRead, apply=apply_coolers, trace=trace_readings),
        Projection(body=CoolerOpened, apply=apply_openings, trace=trace_opening),
    ),
    metrics=(ESTIMATED_SELL_OUT, COOLER_POWER, COOLER_ENERGY, COOLER_HEALTH),
    searches=(Search(kinds=(COOLER_WARNING,), find=find_cooler_warnings),),
    jobs=(Job(name="cooler-health", run=keep_health),),
)
