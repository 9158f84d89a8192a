"""What traffic declares."""

from typing import Final

from cloud_hub.core.projection import Projection
from cloud_hub.domain import Domain
from cloud_hub.insight.search import Search
from cloud_hub.traffic.day_findings import STAFF_LEFT_OUT, find_staff
from cloud_hub.traffic.footfall_events import (
    apply_audits,
    apply_footfall,
    footfall_day,
    trace_audit,
    trace_footfall,
)
from cloud_hub.traffic.metrics import TRAFFIC_METRICS
from cloud_hub.traffic.queue_findings import SLOW_QUEUE, find_slow_queues
from cloud_hub.traffic.zone_events import apply_heat, apply_zones, trace_heat, trace_zone
from cloud_hub.traffic.zone_metrics import FLOOR_METRICS
from sync.events import FloorHeated, FootfallAudited, FootfallCounted, ZoneOccupied

DOMAIN: Final = Domain(
    name="traffic",
    projections=(
        Projection(
            body=FootfallCounted, apply=apply_footfall, trace=trace_footfall, revises=footfall_day
        ),
        Projection(body=ZoneOccupied, apply=apply_zones, trace=trace_zone),
        Projection(body=FloorHeated, apply=apply_heat, trace=trace_heat),
        Projection(body=FootfallAudited, apply=apply_audits, trace=trace_audit),
    ),
    metrics=(*TRAFFIC_METRICS, *FLOOR_METRICS),
    searches=(
        Search(kinds=(SLOW_QUEUE,), find=find_slow_queues),
        Search(kinds=(STAFF_LEFT_OUT,), find=find_staff),
    ),
)
