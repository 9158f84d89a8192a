"""Every metric there is. The API, the pages, the exports and docs/metrics.md read this table."""

from cloud_hub.coolers.estimated_sales import ESTIMATED_SELL_OUT
from cloud_hub.fleet.metrics import DEVICE_METRICS
from cloud_hub.insight.metric import Metric
from cloud_hub.review.metrics import RECOGNITION_METRICS
from cloud_hub.sales.metrics import SALES_METRICS
from cloud_hub.shelf.metrics import SHELF_METRICS
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
