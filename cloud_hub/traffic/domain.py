"""What traffic declares."""

from typing import Final

from cloud_hub.domain import Domain
from cloud_hub.insight.search import Search
from cloud_hub.traffic.day_findings import STAFF_LEFT_OUT, find_staff
from cloud_hub.traffic.metrics import TRAFFIC_METRICS
from cloud_hub.traffic.queue_findings import SLOW_QUEUE, find_slow_queues
from cloud_hub.traffic.zone_metrics import FLOOR_METRICS

DOMAIN: Final = Domain(
    name="traffic",
    metrics=(*TRAFFIC_METRICS, *FLOOR_METRICS),
    searches=(
        Search(kinds=(SLOW_QUEUE,), find=find_slow_queues),
        Search(kinds=(STAFF_LEFT_OUT,), find=find_staff),
    ),
)
