"""Readings of further kinds of sensors."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "sensor_reading",
        sa.Column("tenant_id", sa.String(40), primary_key=True),
        sa.Column("fixture_id", sa.String(40), primary_key=True),
        sa.Column("kind", sa.String(40), primary_key=True),
        sa.Column("started_at", MOMENT, primary_key=True),
        sa.Column("device_id", sa.String(40), primary_key=True),
        sa.Column("store_id", sa.String(), nullable=False),
        sa.Column("business_day", sa.Date(), nullable=False),
        sa.Column("interval_s", WHOLE, nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
    )
    op.create_index(
        "sensor_reading_by_day", "sensor_reading", ["tenant_id", "store_id", "business_day"]
    )


def downgrade() -> None:
    op.drop_table("sensor_reading")
