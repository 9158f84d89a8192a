"""What the fleet declares to the hub."""

from typing import Final

from cloud_hub.core.projection import Projection
from cloud_hub.fleet.commands.offers import desired_version, lacking_commands, lacking_state
from cloud_hub.fleet.events import apply_reported, apply_results, trace_reported, trace_result
from cloud_hub.link.ingest.offers import Offer
from sync.events import CommandResult, StateReported

PROJECTIONS: Final = (
    Projection(body=CommandResult, apply=apply_results, trace=trace_result),
    Projection(body=StateReported, apply=apply_reported, trace=trace_reported),
)
AFTER_GREETING: Final = (
    Offer(lacking=lacking_state, version=desired_version),
    Offer(lacking=lacking_commands),
)
