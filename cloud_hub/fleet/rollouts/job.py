"""What the hub does for rollouts by itself: the next wave, the way back, the end."""

import asyncio
import logging
from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from cloud_hub.core.errors import HubError
from cloud_hub.core.hub import Hub
from cloud_hub.fleet.artifacts.artifacts import artifacts_of
from cloud_hub.fleet.rollouts.deciding import Surroundings, decide
from cloud_hub.fleet.rollouts.keeping import carry_out
from cloud_hub.fleet.rollouts.plan import RolloutState
from cloud_hub.fleet.rollouts.tables import ArtifactRollout
from cloud_hub.insight.metric import Metric
from cloud_hub.master_data.chain import read_chain
from sync.core.sparing import sparing

ROLLOUTS_PERIOD_S = 10.0

log = logging.getLogger(__name__)


async def go_on_with_rollouts(hub: Hub, metrics: Mapping[str, Metric]) -> None:
    """Takes the next step of each rollout when it is due, until cancelled."""
    while True:
        await asyncio.sleep(ROLLOUTS_PERIOD_S)
        try:
            if await asyncio.to_thread(advance_rollouts, hub, metrics):
                hub.changed.announce()
        except (HubError, OSError, SQLAlchemyError):
            log.exception("rollouts were not looked at", extra={"action": "rollouts-failed"})


def advance_rollouts(hub: Hub, metrics: Mapping[str, Metric]) -> int:
    """One look at every rollout; how many took a step. A metric is asked for long: the writer is
    held only to carry out what was decided."""
    with hub.sessions() as session:
        running = session.execute(
            sa.select(ArtifactRollout.tenant_id, ArtifactRollout.name).where(
                ArtifactRollout.state == RolloutState.RUNNING.value
            )
        ).all()
    steps = 0
    for tenant_id, name in running:
        # One that cannot be judged or signed must not hold up the others.
        with sparing(log, "%s was not looked at", name, action="rollout-failed"):
            steps += _take_step(hub, metrics, (tenant_id, name))
    return steps


def _take_step(hub: Hub, metrics: Mapping[str, Metric], key: tuple[str, str]) -> bool:
    now = hub.clock.now()
    with hub.sessions() as session:
        chain, rollout = read_chain(session, key[0]), session.get(ArtifactRollout, key)
        if chain is None or rollout is None:
            return False
        around = Surroundings(chain=chain, metrics=metrics, now=now)
        decision = decide(session, rollout, around)
    if not decision.is_due:
        return False
    with hub.database.writing() as session:
        rollout = session.get(ArtifactRollout, key)
        if rollout is not None:
            carry_out(session, artifacts_of(hub), rollout, decision, now)
    return True
