"""What is to be done with a rollout now: wait, ask some more, stop and go back, end. Only reads."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.core.errors import Refused
from cloud_hub.core.text import Day, Said, Text
from cloud_hub.fleet.rollouts.asking_hours import asking_hours
from cloud_hub.fleet.rollouts.freezes import frozen
from cloud_hub.fleet.rollouts.health import (
    HealthQuestion,
    HealthVerdict,
    Judgement,
    Subject,
    judge,
)
from cloud_hub.fleet.rollouts.plan import HealthBar, RolloutState
from cloud_hub.fleet.rollouts.standing import RolloutStanding, meant, standing_of
from cloud_hub.fleet.rollouts.tables import ArtifactRollout, RolloutDevice
from cloud_hub.insight.metric import Metric
from cloud_hub.master_data.chain import Chain, read_chain
from cloud_hub.master_data.place_tables import DeviceRow
from device_profiles.names import Names

ANSWERED_SHARE: Final = 0.5
"""The next wave waits until so many of the devices asked have said how it went."""
JUDGED_EVERY: Final = timedelta(minutes=5)

log = logging.getLogger(__name__)

_CANNOT = Text("{n} of {asked} devices cannot take it; {device}: {problem}")
_APPROVAL = Text("waits for the approval of another login than {name}")
_ANSWERS = Text("waits until half of those asked have said how it went")
_PAUSE = Text("waits until the pause between two waves is over")
_HOURS = Text("waits for the hours at which {store} may be asked")
_FREEZE = Text("nothing new is asked until the end of {day}: {reason}")
_JUDGING = Text("waits for its metric")


class NextStep(StrEnum):
    """What comes next."""

    WAIT = "wait"
    ASK = "ask"
    BACK = "back"
    FINISH = "finish"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The next step and why; with ASK the `devices` to ask. `judged`: what the metric said at this
    look. `seen` is the rollout's standing when it was looked at: of another one it decides
    nothing."""

    step: NextStep
    seen: tuple[str, datetime | None]
    why: Said | None = None
    devices: tuple[str, ...] = ()
    judged: Judgement | None = None

    @property
    def is_due(self) -> bool:
        """Whether carrying it out would change anything."""
        return self.step is not NextStep.WAIT or self.judged is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a rollout is looked at with: its chain, every metric, the time."""

    chain: Chain
    metrics: Mapping[str, Metric]
    now: datetime


def seen_of(rollout: ArtifactRollout) -> tuple[str, datetime | None]:
    """What a decision rests on."""
    return rollout.state, rollout.asked_at


def decide(session: Session, rollout: ArtifactRollout, around: Surroundings) -> Decision:
    """The next step of a rollout."""
    seen = seen_of(rollout)
    if rollout.state != RolloutState.RUNNING:
        is_proposed = rollout.state == RolloutState.PROPOSED
        asked_by = _APPROVAL.filled(name=rollout.begun_by) if is_proposed else None
        return Decision(step=NextStep.WAIT, seen=seen, why=asked_by)
    standing = standing_of(session, rollout)
    if len(standing.problems) > rollout.stop_above * standing.asked:
        return Decision(step=NextStep.BACK, seen=seen, why=_cannot(standing))
    judged = _judged(session, rollout, around)
    if judged is not None and judged.verdict is HealthVerdict.WORSE:
        return Decision(step=NextStep.BACK, seen=seen, why=judged.said, judged=judged)
    rows = meant(session, rollout.tenant_id, rollout.name)
    candidates = _of_this_wave(rows)
    if not candidates:
        why = _why_not_yet(standing, rollout, judged, around.now)
        if why is not None:
            return Decision(step=NextStep.WAIT, seen=seen, why=why, judged=judged)
        candidates = _of_next_wave(rows)
        if not candidates:
            return Decision(step=NextStep.FINISH, seen=seen, judged=judged)
    why, ready = _ready(session, rollout, around, candidates)
    step = NextStep.ASK if ready else NextStep.WAIT
    return Decision(step=step, seen=seen, why=why, devices=ready, judged=judged)


def waits_for(session: Session, rollout: ArtifactRollout, now: datetime) -> Said | None:
    """What a rollout waits for, by what its metric said last; None where it waits for nothing."""
    chain = read_chain(session, rollout.tenant_id)
    if chain is None:
        return None
    decision = decide(session, rollout, Surroundings(chain=chain, metrics={}, now=now))
    return decision.why if decision.step is NextStep.WAIT else None


def subjects(
    session: Session, rows: Iterable[RolloutDevice], tenant_id: str, chain: Chain
) -> list[Subject]:
    """The devices of a rollout that are still in the chain, as a metric is asked of them."""
    ids = [row.device_id for row in rows]
    asked_at = {row.device_id: row.asked_at for row in rows}
    query = sa.select(DeviceRow).where(
        DeviceRow.tenant_id == tenant_id, DeviceRow.device_id.in_(ids), DeviceRow.left_at.is_(None)
    )
    return [
        Subject(
            device_id=device.device_id,
            store_id=device.store_id,
            fixture_id=device.fixture_id,
            asked_at=asked_at[device.device_id],
        )
        for device in session.scalars(query)
        if device.store_id in chain.stores
    ]


def _cannot(standing: RolloutStanding) -> Text:
    device_id, problem = next(iter(standing.problems.items()))
    return _CANNOT.filled(
        n=len(standing.problems), asked=standing.asked, device=device_id, problem=problem
    )


def _judged(session: Session, rollout: ArtifactRollout, around: Surroundings) -> Judgement | None:
    """What the metric says now: of the last wave, and of all that were asked. None where there is
    none, nobody was asked, or it was asked a moment ago."""
    if not rollout.metric or rollout.asked_at is None or not around.metrics:
        return None
    if rollout.judged_at is not None and around.now - rollout.judged_at < JUDGED_EVERY:
        return None
    rows = meant(session, rollout.tenant_id, rollout.name)
    last = max((row.wave for row in rows if row.asked_at is not None), default=0)
    bar = HealthBar(
        metric=rollout.metric, worse_by=rollout.worse_by, least_hours=rollout.least_hours
    )
    question = HealthQuestion(bar=bar, metrics=around.metrics, chain=around.chain, now=around.now)
    groups = [rows, [row for row in rows if row.asked_at is None or row.wave == last]]
    found = []
    try:
        for group in groups[: 1 if last == 0 else 2]:
            devices = subjects(session, group, rollout.tenant_id, around.chain)
            if any(one.asked_at is not None for one in devices):
                found.append(judge(session, question, devices))
    except Refused as error:
        log.warning("%s: %s", rollout.name, error, extra={"action": "rollout-not-judged"})
        return Judgement(verdict=HealthVerdict.WAIT, said=Names.same(str(error)))
    order = (HealthVerdict.WORSE, HealthVerdict.WAIT, HealthVerdict.WELL)
    return min(found, key=lambda one: order.index(one.verdict), default=None)


def _of_this_wave(rows: Sequence[RolloutDevice]) -> list[RolloutDevice]:
    """Who was left out of the wave that is on its way: it was not the time for it."""
    wave = max((row.wave for row in rows if row.asked_at is not None), default=-1)
    return [row for row in rows if row.wave <= wave and row.asked_at is None]


def _of_next_wave(rows: Sequence[RolloutDevice]) -> list[RolloutDevice]:
    left = [row for row in rows if row.asked_at is None]
    wave = min((row.wave for row in left), default=0)
    return [row for row in left if row.wave == wave]


def _why_not_yet(
    standing: RolloutStanding, rollout: ArtifactRollout, judged: Judgement | None, now: datetime
) -> Said | None:
    """Why no other wave may go, or the rollout end; None where nothing speaks against it."""
    if standing.asked == 0:
        return None
    if standing.in_use + len(standing.problems) < ANSWERED_SHARE * standing.asked:
        return _ANSWERS
    next_at = standing.next_at
    if next_at is None or now < next_at:
        return _PAUSE
    if rollout.metric and (judged is None or judged.verdict is HealthVerdict.WAIT):
        return judged.said if judged is not None else (rollout.judged or _JUDGING)
    return None


def _ready(
    session: Session,
    rollout: ArtifactRollout,
    around: Surroundings,
    candidates: Sequence[RolloutDevice],
) -> tuple[Said | None, tuple[str, ...]]:
    """Which of them may be asked now, or why none may."""
    freeze = frozen(session, rollout.tenant_id, around.now)
    if freeze is not None:
        day = Day(freeze.last_day, "d MMM")
        return _FREEZE.filled(day=day, reason=freeze.reason), ()
    hours = asking_hours(rollout.hours, closed_only=rollout.closed_only)
    places = dict(
        session.execute(
            sa.select(DeviceRow.device_id, DeviceRow.store_id).where(
                DeviceRow.tenant_id == rollout.tenant_id,
                DeviceRow.device_id.in_([row.device_id for row in candidates]),
            )
        ).all()
    )
    stores, ready, waiting = around.chain.stores, [], None
    for row in candidates:
        store = stores.get(places.get(row.device_id, ""))
        # Whoever is in no store any more is asked nothing: carrying it out leaves it out.
        if store is None or hours.allow(store.hours, around.now):
            ready.append(row.device_id)
        else:
            waiting = waiting or store
    why: Said | None = _HOURS.filled(store=waiting.name) if waiting is not None else None
    return why, tuple(ready)
