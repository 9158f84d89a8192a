"""Every domain of the hub, in order; what they declare, joined."""

from typing import Final

from cloud_hub.coolers import domain as coolers
from cloud_hub.coolers.estimated_sales import ESTIMATED_SELL_OUT
from cloud_hub.core.projection import Projections
from cloud_hub.fleet import domain as fleet
from cloud_hub.fleet.metrics import DEVICE_METRICS
from cloud_hub.insight.metric import Metric
from cloud_hub.link import domain as link
from cloud_hub.review.metrics import RECOGNITION_METRICS
from cloud_hub.sales import domain as sales
from cloud_hub.sales.day_revisions import note_revised
from cloud_hub.sales.metrics import SALES_METRICS
from cloud_hub.shelf import domain as shelf
from cloud_hub.shelf.metrics import SHELF_METRICS
from cloud_hub.stock import domain as stock
from cloud_hub.traffic import domain as traffic
from cloud_hub.traffic.metrics import TRAFFIC_METRICS
from cloud_hub.traffic.zone_metrics import FLOOR_METRICS

METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        *TRAFFIC_METRICS,
        *SALES_METRICS,
        ESTIMATED_SELL_OUT,
        *SHELF_METRICS,
        *RECOGNITION_METRICS,
        *FLOOR_METRICS,
        *DEVICE_METRICS,
    )
}


PROJECTIONS: Final = Projections.joined(
    (
        projection
        for domain in (sales, stock, traffic, shelf, coolers, link, fleet)
        for projection in domain.PROJECTIONS
    ),
    note_revised,
)
"""What each kind of event becomes, applied in this order."""

AFTER_GREETING: Final = fleet.AFTER_GREETING
"""What a device that has just said hello may lack."""
