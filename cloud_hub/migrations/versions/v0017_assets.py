"""Assets, where each stood, and who saw to it; devices that knocked."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "asset",
        sa.Column("tenant_id", sa.String(40), primary_key=True),
        sa.Column("asset_id", sa.String(40), primary_key=True),
        sa.Column("device_id", sa.String()),
        sa.Column("serial", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("warranty_until", sa.Date()),
        sa.Column("installed_on", sa.Date()),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
    )
    op.create_table(
        "asset_place",
        sa.Column("tenant_id", sa.String(40), primary_key=True),
        sa.Column("asset_id", sa.String(40), primary_key=True),
        sa.Column("since", MOMENT, primary_key=True),
        sa.Column("until", MOMENT),
        sa.Column("device_id", sa.String(), nullable=False),
        sa.Column("store_id", sa.String(), nullable=False),
        sa.Column("fixture_id", sa.String()),
    )
    op.create_table(
        "asset_visit",
        sa.Column("tenant_id", sa.String(40), primary_key=True),
        sa.Column("asset_id", sa.String(40), primary_key=True),
        sa.Column("visit_id", sa.String(40), primary_key=True),
        sa.Column("visited_on", sa.Date(), nullable=False),
        sa.Column("visitor", sa.String(), nullable=False),
        sa.Column("symptom", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("parts", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("photo_sha256", sa.String()),
        sa.Column("noted_at", MOMENT, nullable=False),
        sa.Column("noted_by", sa.String(), nullable=False),
    )
    op.create_table(
        "knock",
        sa.Column("tenant_id", sa.String(40), primary_key=True),
        sa.Column("device_id", sa.String(40), primary_key=True),
        sa.Column("address", sa.String(80), primary_key=True),
        sa.Column("network", sa.String(), nullable=False),
        sa.Column("first_at", MOMENT, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("times", WHOLE, nullable=False),
    )


def downgrade() -> None:
    for table in ("knock", "asset_visit", "asset_place", "asset"):
        op.drop_table(table)
