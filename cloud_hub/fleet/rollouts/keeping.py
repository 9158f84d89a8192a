"""A version of an artifact goes to devices wave by wave; where it does harm, back to what they had
before."""

import logging
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.core.errors import HubError, Refused
from cloud_hub.core.text import NO_WORDS, Said, Text
from cloud_hub.fleet.artifacts.artifacts import Artifacts, DesiredVersion
from cloud_hub.fleet.artifacts.new_root import highest_reported
from cloud_hub.fleet.commands.shadows import ARTIFACTS, HUB, shadow_of
from cloud_hub.fleet.rollouts.deciding import Decision, NextStep, Surroundings, decide, seen_of
from cloud_hub.fleet.rollouts.freezes import require_unfrozen
from cloud_hub.fleet.rollouts.plan import HealthBar, RolloutPlan, RolloutState, waves_of
from cloud_hub.fleet.rollouts.standing import meant
from cloud_hub.fleet.rollouts.tables import ArtifactRollout, RolloutDevice
from cloud_hub.master_data.chain import read_chain
from cloud_hub.master_data.place_tables import DeviceRow

BY_HAND = Text("assigned by hand")
STOPPED = Text("stopped by {name}")

log = logging.getLogger(__name__)

_NOT_BACK = Text("{why}; it could not be taken back: {problem}")


def begin_rollout(
    session: Session,
    artifacts: Artifacts,
    devices: Sequence[DeviceRow],
    plan: RolloutPlan,
    now: datetime,
) -> ArtifactRollout:
    """The rollout, its first wave asked where it is the time for it and nobody has to approve it.
    One that ran for the same artifact is replaced. Raises Refused when there is no such version,
    a wave is of nobody, or a freeze holds."""
    tenant_id = devices[0].tenant_id
    artifacts.require(tenant_id, plan.name, plan.version)
    require_unfrozen(session, tenant_id, now)
    is_proposed = artifacts.kind_of(tenant_id, plan.name) in plan.second_kinds
    health = plan.health or HealthBar(metric="", worse_by=0, least_hours=0)
    rollout = session.merge(
        ArtifactRollout(
            tenant_id=tenant_id,
            name=plan.name,
            version=plan.version,
            share=plan.share,
            stop_above=plan.stop_above,
            pause_min=plan.pause_min,
            hours=plan.hours.text,
            closed_only=plan.hours.closed_only,
            metric=health.metric,
            worse_by=health.worse_by,
            least_hours=health.least_hours,
            state=(RolloutState.PROPOSED if is_proposed else RolloutState.RUNNING).value,
            why=None,
            judged=None,
            judged_at=None,
            begun_at=now,
            begun_by=plan.by,
            approved_at=None,
            approved_by=None,
            asked_at=None,
        )
    )
    _mean(session, rollout, waves_of(session, devices, plan))
    look_at(session, artifacts, rollout, now)
    return rollout


def _mean(
    session: Session, rollout: ArtifactRollout, devices: Sequence[tuple[DeviceRow, int]]
) -> None:
    row = RolloutDevice
    session.execute(
        sa.delete(row)
        .where(row.tenant_id == rollout.tenant_id, row.name == rollout.name)
        .execution_options(synchronize_session="fetch")
    )
    session.add_all(
        RolloutDevice(
            tenant_id=rollout.tenant_id,
            name=rollout.name,
            device_id=device.device_id,
            place=place,
            wave=wave,
            asked_at=None,
            version_before=None,
        )
        for place, (device, wave) in enumerate(devices)
    )
    session.flush()


def look_at(
    session: Session, artifacts: Artifacts, rollout: ArtifactRollout, now: datetime
) -> None:
    """Asks the first wave at once, where that may be: no metric says anything before it."""
    chain = read_chain(session, rollout.tenant_id)
    if chain is not None and rollout.asked_at is None:
        around = Surroundings(chain=chain, metrics={}, now=now)
        carry_out(session, artifacts, rollout, decide(session, rollout, around), now)


def carry_out(
    session: Session,
    artifacts: Artifacts,
    rollout: ArtifactRollout,
    decision: Decision,
    now: datetime,
) -> None:
    """Does what was decided, unless somebody has changed the rollout since then."""
    if decision.seen != seen_of(rollout):
        return
    if decision.judged is not None:
        rollout.judged, rollout.judged_at = decision.judged.said, now
    if decision.step is NextStep.ASK:
        _ask(session, artifacts, rollout, decision.devices, now)
    elif decision.step is NextStep.BACK:
        go_back(session, artifacts, rollout, decision.why or NO_WORDS, now)
    elif decision.step is NextStep.FINISH:
        rollout.state = RolloutState.DONE.value


def go_back(
    session: Session,
    artifacts: Artifacts,
    rollout: ArtifactRollout,
    why: Said,
    now: datetime,
) -> None:
    """No further device is asked, and those that were are wanted to have what they had before. A
    device takes no version below one that it had, so that is signed anew under a number above."""
    rollout.state, rollout.why = RolloutState.BACK.value, why
    rows = [r for r in meant(session, rollout.tenant_id, rollout.name) if r.asked_at is not None]
    problem = ""
    # Who was asked for the same once more has nothing of its own to go back to.
    for before in dict.fromkeys(row.version_before for row in rows):
        if before == rollout.version:
            continue
        version = before
        if before is not None:
            try:
                known = highest_reported(session, rollout.tenant_id, rollout.name)
                above = max(known, rollout.version)
                version = artifacts.sign_again(rollout.tenant_id, rollout.name, before, above, now)
            except (HubError, OSError) as error:
                # Devices that never took the new version still go on with this one.
                problem = str(error)
        devices = [
            device
            for row in rows
            if row.version_before == before
            and (device := _still_wanting(session, rollout, row.device_id)) is not None
        ]
        desired = DesiredVersion(name=rollout.name, version=version, by=HUB)
        artifacts.assign(session, devices, desired, now)
    if problem:
        rollout.why = _NOT_BACK.filled(why=why, problem=problem)
    log.warning("%s: %s", rollout.name, rollout.why.text("en"), extra={"action": "rollout-back"})


def _still_wanting(session: Session, rollout: ArtifactRollout, device_id: str) -> DeviceRow | None:
    """The device, where nobody has assigned it another version meanwhile."""
    shadow = shadow_of(session, rollout.tenant_id, device_id)
    wanted = (shadow.desired.get(ARTIFACTS) or {}) if shadow is not None else {}
    if wanted.get(rollout.name) != rollout.version:
        return None
    return session.get(DeviceRow, (rollout.tenant_id, device_id))


def end_rollout(session: Session, tenant_id: str, name: str, why: Said) -> bool:
    """Whether one ran or was proposed: from now on no further device is asked."""
    rollout = session.get(ArtifactRollout, (tenant_id, name))
    if rollout is None or rollout.state not in (RolloutState.RUNNING, RolloutState.PROPOSED):
        return False
    rollout.state, rollout.why = RolloutState.STOPPED.value, why
    return True


def stop_rollout(session: Session, tenant_id: str, name: str, why: Said) -> None:
    """As `end_rollout`. Raises Refused where none runs."""
    if not end_rollout(session, tenant_id, name, why):
        raise Refused(f"no rollout of {name} is running; see: aisle artifact waves", status=404)


def _ask(
    session: Session,
    artifacts: Artifacts,
    rollout: ArtifactRollout,
    device_ids: Sequence[str],
    now: datetime,
) -> None:
    """Asks them; who has left the chain is left out."""
    rows = {row.device_id: row for row in meant(session, rollout.tenant_id, rollout.name)}
    devices = []
    for device_id in device_ids:
        device = session.get(DeviceRow, (rollout.tenant_id, device_id))
        if device is None or device.left_at is not None:
            session.delete(rows[device_id])
            continue
        shadow = shadow_of(session, rollout.tenant_id, device_id)
        wanted = (shadow.desired.get(ARTIFACTS) or {}) if shadow is not None else {}
        rows[device_id].version_before = wanted.get(rollout.name)
        rows[device_id].asked_at = now
        devices.append(device)
    desired = DesiredVersion(name=rollout.name, version=rollout.version, by=rollout.begun_by)
    artifacts.assign(session, devices, desired, now)
    if devices:
        rollout.asked_at = now
    log.info(
        "%s %d: %d more devices are asked",
        rollout.name,
        rollout.version,
        len(devices),
        extra={"action": "rollout-wave"},
    )
