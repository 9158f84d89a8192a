"""What the fleet declares."""

from typing import Final

from cloud_hub.core.projection import Projection
from cloud_hub.domain import Domain, Job
from cloud_hub.fleet import media_api
from cloud_hub.fleet.alarm_findings import ALARM, find_alarms
from cloud_hub.fleet.artifacts import api as artifacts_api
from cloud_hub.fleet.artifacts.background import (
    keep_signed,
    publish_desired_states,
)
from cloud_hub.fleet.assets import api as assets_api
from cloud_hub.fleet.assets.actions import ACTIONS as ASSET_ACTIONS
from cloud_hub.fleet.backups.findings import BACKUP_OVERDUE, find_overdue_backup
from cloud_hub.fleet.backups.keeping import watch_backups
from cloud_hub.fleet.commands import api as commands_api
from cloud_hub.fleet.commands.action import ACTIONS
from cloud_hub.fleet.commands.offers import desired_version, lacking_commands, lacking_state
from cloud_hub.fleet.enrolment import api as enrolment_api
from cloud_hub.fleet.enrolment import devices_api
from cloud_hub.fleet.events import apply_reported, apply_results, trace_reported, trace_result
from cloud_hub.fleet.incidents import api as incidents_api
from cloud_hub.fleet.incidents.actions import ACTIONS as INCIDENT_ACTIONS
from cloud_hub.fleet.incidents.keeping import keep_all_incidents
from cloud_hub.fleet.incidents.screens import SCREENS as INCIDENT_SCREENS
from cloud_hub.fleet.metrics import DEVICE_METRICS
from cloud_hub.fleet.offline_findings import DEVICE_OFFLINE, STORE_OFFLINE, find_offline
from cloud_hub.fleet.on_call.telling import tell_on_call
from cloud_hub.fleet.rollouts.console import api as rollouts_api
from cloud_hub.fleet.rollouts.console.actions import ACTIONS as ROLLOUT_ACTIONS
from cloud_hub.fleet.rollouts.console.screens import SCREENS as ROLLOUT_SCREENS
from cloud_hub.fleet.trust import api as trust_api
from cloud_hub.fleet.trust.upkeep import keep_authority
from cloud_hub.insight.search import Search
from cloud_hub.link.ingest.offers import Offer
from sync.events import CommandResult, StateReported

DOMAIN: Final = Domain(
    name="fleet",
    projections=(
        Projection(body=CommandResult, apply=apply_results, trace=trace_result),
        Projection(body=StateReported, apply=apply_reported, trace=trace_reported),
    ),
    metrics=DEVICE_METRICS,
    searches=(
        Search(kinds=(STORE_OFFLINE, DEVICE_OFFLINE), find=find_offline),
        Search(kinds=(ALARM,), find=find_alarms),
        Search(kinds=(BACKUP_OVERDUE,), find=find_overdue_backup),
    ),
    screens=(*INCIDENT_SCREENS, *ROLLOUT_SCREENS),
    actions=(*ACTIONS, *INCIDENT_ACTIONS, *ASSET_ACTIONS, *ROLLOUT_ACTIONS),
    routers=(
        trust_api.router,
        enrolment_api.router,
        devices_api.router,
        media_api.router,
        commands_api.router,
        artifacts_api.router,
        rollouts_api.router,
        incidents_api.router,
        assets_api.router,
    ),
    after_greeting=(
        Offer(lacking=lacking_state, version=desired_version),
        Offer(lacking=lacking_commands),
    ),
    jobs=(
        Job(name="signing", run=keep_signed),
        Job(name="desired-states", run=publish_desired_states),
        Job(name="authority", run=keep_authority),
        Job(name="incidents", run=keep_all_incidents),
        Job(name="on-call", run=tell_on_call),
        Job(name="backups", run=watch_backups),
    ),
)
