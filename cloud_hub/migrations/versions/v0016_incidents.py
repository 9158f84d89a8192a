"""Incidents, what belongs to them, and who was told."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
WORDS = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "incident",
        sa.Column("tenant_id", sa.String(40), primary_key=True),
        sa.Column("incident_id", sa.String(80), primary_key=True),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("store_id", sa.String()),
        sa.Column("said", WORDS, nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT),
        sa.Column("merged_into", sa.String()),
        sa.Column("acknowledged_at", MOMENT),
        sa.Column("acknowledged_by", sa.String()),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("snoozed_until", MOMENT),
        sa.Column("snoozed_by", sa.String()),
        sa.Column("snooze_reason", sa.String(), nullable=False),
    )
    op.create_table(
        "incident_member",
        sa.Column("tenant_id", sa.String(40), primary_key=True),
        sa.Column("incident_id", sa.String(80), primary_key=True),
        sa.Column("member", sa.String(200), primary_key=True),
        sa.Column("store_id", sa.String(), nullable=False),
        sa.Column("device_id", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("joined_at", MOMENT, nullable=False),
        sa.Column("left_at", MOMENT),
    )
    op.create_table(
        "incident_notice",
        sa.Column("tenant_id", sa.String(40), primary_key=True),
        sa.Column("incident_id", sa.String(80), primary_key=True),
        sa.Column("step", sa.String(20), primary_key=True),
        sa.Column("told", sa.String(120), primary_key=True),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.Column("outcome", sa.String()),
        sa.Column("detail", sa.String(), nullable=False),
    )


def downgrade() -> None:
    for table in ("incident_notice", "incident_member", "incident"):
        op.drop_table(table)
