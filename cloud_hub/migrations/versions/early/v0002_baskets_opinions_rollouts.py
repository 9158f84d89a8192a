"""How full the baskets of chest freezers are; what each of several people answered; coolers that
nobody attends."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
EVENT = sa.table(
    "event",
    *(sa.column(name) for name in ("tenant_id", "device_id", "epoch", "lane", "seq")),
    sa.column("kind"),
    sa.column("body", sa.JSON()),
)
OBSERVATION = sa.table(
    "shelf_observation",
    sa.column("tenant_id"),
    sa.column("observation_id"),
    sa.column("baskets", sa.JSON()),
)
ITEM = sa.table(
    "review_item",
    *(sa.column(name) for name in ("tenant_id", "item_id", "answered_by", "answered_at")),
    *(sa.column(name) for name in ("answer", "answer_gtin", "wanted_answers")),
)
OPINION = sa.table(
    "review_opinion",
    *(sa.column(name) for name in ("tenant_id", "item_id", "answered_by", "answered_at")),
    *(sa.column(name) for name in ("answer", "answer_gtin")),
)


def upgrade() -> None:
    op.add_column("shelf_observation", sa.Column("baskets", sa.JSON()))
    _fill_baskets(op.get_bind())
    op.create_table(
        "review_opinion",
        sa.Column("tenant_id", sa.String(40), nullable=False),
        sa.Column("item_id", sa.String(40), nullable=False),
        sa.Column("answered_by", sa.String(80), nullable=False),
        sa.Column("answered_at", MOMENT, nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("answer_gtin", sa.String()),
        sa.PrimaryKeyConstraint("tenant_id", "item_id", "answered_by"),
    )
    op.add_column(
        "review_item",
        sa.Column("wanted_answers", WHOLE, nullable=False, server_default="0"),
    )
    _note_answers(op.get_bind())
    op.add_column(
        "fixture", sa.Column("unattended", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("alarm", sa.Column("seen_at", MOMENT))
    op.create_table(
        "artifact_rollout",
        sa.Column("tenant_id", sa.String(40), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("devices", sa.JSON(), nullable=False),
        sa.Column("asked", WHOLE, nullable=False),
        sa.Column("share", sa.Double(), nullable=False),
        sa.Column("stop_above", sa.Double(), nullable=False),
        sa.Column("pause_min", sa.Double(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("begun_by", sa.String(), nullable=False),
        sa.Column("asked_at", MOMENT),
        sa.PrimaryKeyConstraint("tenant_id", "name"),
    )


def downgrade() -> None:
    op.drop_table("artifact_rollout")
    op.drop_column("alarm", "seen_at")
    op.drop_column("fixture", "unattended")
    op.drop_column("review_item", "wanted_answers")
    op.drop_table("review_opinion")
    op.drop_column("shelf_observation", "baskets")


def _fill_baskets(connection: sa.Connection) -> None:
    """What devices told of baskets before there was a column for it stands in the raw events."""
    told = (
        sa.select(EVENT)
        .where(EVENT.c.kind == "shelf", sa.cast(EVENT.c.body, sa.String()).like('%"baskets"%'))
        .execution_options(yield_per=500)
    )
    rows: list[dict[str, Any]] = [
        {
            "of_tenant": event.tenant_id,
            "of_event": f"{event.device_id}/{event.epoch}/{event.lane}/{event.seq}",
            "baskets": event.body["baskets"],
        }
        for event in connection.execute(told)
        if event.body.get("baskets")
    ]
    if rows:
        same = OBSERVATION.c.tenant_id == sa.bindparam("of_tenant")
        its = OBSERVATION.c.observation_id == sa.bindparam("of_event")
        connection.execute(sa.update(OBSERVATION).where(same, its), rows)


def _note_answers(connection: sa.Connection) -> None:
    """Every question was for one person: who answered has said so, the others are still asked."""
    names = [column.name for column in OPINION.columns]
    is_answered = ITEM.c.answered_at.is_not(None)
    said = sa.select(*(ITEM.c[name] for name in names)).where(is_answered)
    connection.execute(sa.insert(OPINION).from_select(names, said))
    connection.execute(sa.update(ITEM).where(~is_answered).values(wanted_answers=1))
