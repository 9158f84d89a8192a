"""Days on which nothing new is asked of any device, as before a great holiday."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.access.audit_log import Act, record_act
from cloud_hub.core.errors import NotFound, Refused
from cloud_hub.fleet.rollouts.tables import RolloutFreeze
from cloud_hub.master_data.chain import read_chain

LONGEST_DAYS: Final = 366


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFreeze:
    """Days of the chain's calendar, both included, and why."""

    first_day: date
    last_day: date
    reason: str
    by: str


def set_freeze(session: Session, tenant_id: str, new: NewFreeze, now: datetime) -> RolloutFreeze:
    """The freeze, noted in the audit log. Raises Refused for days that are none."""
    reason = new.reason.strip()
    if not reason:
        raise Refused("say why nothing new is asked on these days", status=422)
    if new.last_day < new.first_day:
        raise Refused(f"{new.last_day} is before {new.first_day}", status=422)
    if new.last_day - new.first_day >= timedelta(days=LONGEST_DAYS):
        raise Refused(f"freeze {LONGEST_DAYS} days at most", status=422)
    if new.last_day < now.astimezone(_zone(session, tenant_id)).date():
        raise Refused(f"{new.last_day} is over already", status=422)
    row = RolloutFreeze(
        tenant_id=tenant_id,
        freeze_id=secrets.token_hex(6),
        first_day=new.first_day,
        last_day=new.last_day,
        reason=reason[:400],
        set_by=new.by,
        set_at=now,
    )
    session.add(row)
    _note(session, row, new.by, "freeze-set", now)
    return row


def lift_freeze(session: Session, tenant_id: str, freeze_id: str, by: str, now: datetime) -> None:
    """Takes it away, which the audit log keeps. Raises NotFound."""
    row = session.get(RolloutFreeze, (tenant_id, freeze_id))
    if row is None:
        raise NotFound(f"there is no freeze {freeze_id!r}")
    _note(session, row, by, "freeze-lifted", now)
    session.delete(row)


def freezes(session: Session, tenant_id: str, now: datetime) -> list[RolloutFreeze]:
    """Those that hold or are to come, by their days."""
    today = now.astimezone(_zone(session, tenant_id)).date()
    return list(
        session.scalars(
            sa.select(RolloutFreeze)
            .where(RolloutFreeze.tenant_id == tenant_id, RolloutFreeze.last_day >= today)
            .order_by(RolloutFreeze.first_day, RolloutFreeze.freeze_id)
        )
    )


def frozen(session: Session, tenant_id: str, now: datetime) -> RolloutFreeze | None:
    """The freeze that holds now, of several the one that ends last."""
    today = now.astimezone(_zone(session, tenant_id)).date()
    holding = [one for one in freezes(session, tenant_id, now) if one.first_day <= today]
    return max(holding, key=lambda one: one.last_day, default=None)


def require_unfrozen(session: Session, tenant_id: str, now: datetime) -> None:
    """Nothing. Raises Refused, in one line, while a freeze holds."""
    if (one := frozen(session, tenant_id, now)) is not None:
        raise Refused(
            f"nothing new is asked of devices until the end of {one.last_day}: {one.reason}",
            status=409,
        )


def _zone(session: Session, tenant_id: str) -> ZoneInfo:
    chain = read_chain(session, tenant_id)
    if chain is None:
        raise NotFound(f"there is no chain {tenant_id!r} yet: load its master data")
    return chain.zone()


def _note(session: Session, row: RolloutFreeze, by: str, action: str, now: datetime) -> None:
    detail = {"from": str(row.first_day), "to": str(row.last_day), "reason": row.reason}
    act = Act(
        tenant_id=row.tenant_id, actor=by, action=action, subject=row.freeze_id, detail=detail
    )
    record_act(session, act, now)
