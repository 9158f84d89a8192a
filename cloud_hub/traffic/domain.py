"""What doors and zones declare to the hub."""

from typing import Final

from cloud_hub.core.projection import Projection
from cloud_hub.traffic.footfall_events import (
    apply_audits,
    apply_footfall,
    footfall_day,
    trace_audit,
    trace_footfall,
)
from cloud_hub.traffic.zone_events import apply_heat, apply_zones, trace_heat, trace_zone
from sync.events import FloorHeated, FootfallAudited, FootfallCounted, ZoneOccupied

PROJECTIONS: Final = (
    Projection(
        body=FootfallCounted, apply=apply_footfall, trace=trace_footfall, revises=footfall_day
    ),
    Projection(body=ZoneOccupied, apply=apply_zones, trace=trace_zone),
    Projection(body=FloorHeated, apply=apply_heat, trace=trace_heat),
    Projection(body=FootfallAudited, apply=apply_audits, trace=trace_audit),
)
