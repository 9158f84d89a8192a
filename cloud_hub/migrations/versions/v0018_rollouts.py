"""Which device a rollout asked when and what was wanted of it before; hours, metric, approval; days
on which nothing new is asked."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORDS = sa.JSON().with_variant(JSONB(), "postgresql")
ROLLOUT = sa.table(
    "artifact_rollout",
    *(sa.column(name) for name in ("tenant_id", "name", "share", "asked", "asked_at", "reason")),
    sa.column("devices", sa.JSON()),
    sa.column("why", WORDS),
)
MEANT = sa.table(
    "rollout_device",
    *(sa.column(name) for name in ("tenant_id", "name", "device_id", "place", "wave")),
    *(sa.column(name) for name in ("asked_at", "version_before")),
)
NEW: tuple[tuple[str, Any, Any], ...] = (
    ("hours", sa.String(), ""),
    ("closed_only", sa.Boolean(), sa.false()),
    ("metric", sa.String(), ""),
    ("worse_by", sa.Double(), "0"),
    ("least_hours", WHOLE, "0"),
)
LATER: tuple[tuple[str, Any], ...] = (
    ("why", WORDS),
    ("judged", WORDS),
    ("judged_at", MOMENT),
    ("approved_at", MOMENT),
    ("approved_by", sa.String()),
)


def upgrade() -> None:
    op.create_table(
        "rollout_device",
        sa.Column("tenant_id", sa.String(40), primary_key=True),
        sa.Column("name", sa.String(80), primary_key=True),
        sa.Column("device_id", sa.String(40), primary_key=True),
        sa.Column("place", WHOLE, nullable=False),
        sa.Column("wave", WHOLE, nullable=False),
        sa.Column("asked_at", MOMENT),
        sa.Column("version_before", WHOLE),
    )
    op.create_table(
        "rollout_freeze",
        sa.Column("tenant_id", sa.String(40), primary_key=True),
        sa.Column("freeze_id", sa.String(20), primary_key=True),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("set_at", MOMENT, nullable=False),
    )
    op.create_table(
        "rollout_rule",
        sa.Column("tenant_id", sa.String(40), primary_key=True),
        sa.Column("second_kinds", sa.JSON(), nullable=False),
    )
    for name, kind, before in NEW:
        op.add_column(
            "artifact_rollout", sa.Column(name, kind, nullable=False, server_default=before)
        )
    for name, kind in LATER:
        op.add_column("artifact_rollout", sa.Column(name, kind))
    _spread_devices(op.get_bind())
    for name in ("devices", "asked", "reason"):
        op.drop_column("artifact_rollout", name)


def downgrade() -> None:
    for column in (
        sa.Column("devices", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("asked", WHOLE, nullable=False, server_default="0"),
        sa.Column("reason", sa.String(), nullable=False, server_default=""),
    ):
        op.add_column("artifact_rollout", column)
    _gather_devices(op.get_bind())
    for name in (name for name, *_ in (*LATER, *NEW)):
        op.drop_column("artifact_rollout", name)
    for table in ("rollout_rule", "rollout_freeze", "rollout_device"):
        op.drop_table(table)


def _spread_devices(connection: sa.Connection) -> None:
    """A row a device; what was wanted of those asked before is not known any more."""
    for one in connection.execute(sa.select(ROLLOUT)).all():
        rows = [
            {
                "tenant_id": one.tenant_id,
                "name": one.name,
                "device_id": device_id,
                "place": place,
                "wave": wave,
                "asked_at": one.asked_at if place < one.asked else None,
                "version_before": None,
            }
            for place, (device_id, wave) in enumerate(_waves(one.devices, one.asked))
        ]
        if rows:
            connection.execute(sa.insert(MEANT), rows)
        if one.reason:
            its = sa.and_(ROLLOUT.c.tenant_id == one.tenant_id, ROLLOUT.c.name == one.name)
            connection.execute(sa.update(ROLLOUT).where(its).values(why={"und": one.reason}))


def _waves(devices: list[str], asked: int) -> list[tuple[str, int]]:
    """Those asked were one wave, as far as that matters now; each next one is as large as all
    before it."""
    found, wave, upto = [], 0, max(1, asked)
    for place, device_id in enumerate(devices):
        if place >= upto:
            wave, upto = wave + 1, 2 * upto
        found.append((device_id, wave))
    return found


def _gather_devices(connection: sa.Connection) -> None:
    rows: dict[tuple[str, str], list[Any]] = {}
    for row in connection.execute(sa.select(MEANT).order_by(MEANT.c.place)).all():
        rows.setdefault((row.tenant_id, row.name), []).append(row)
    for one in connection.execute(sa.select(ROLLOUT.c.tenant_id, ROLLOUT.c.name, ROLLOUT.c.why)):
        meant = sorted(rows.get((one.tenant_id, one.name), []), key=lambda row: not row.asked_at)
        its = sa.and_(ROLLOUT.c.tenant_id == one.tenant_id, ROLLOUT.c.name == one.name)
        why = one.why or {}
        connection.execute(
            sa.update(ROLLOUT)
            .where(its)
            .values(
                devices=[row.device_id for row in meant],
                asked=sum(row.asked_at is not None for row in meant),
                reason=why.get("template", next(iter(why.values()), "")),
            )
        )
