"""What is kept of each cooler's days. Days of before this release are not computed."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FEATURES = (
    "night_duty",
    "day_duty",
    "night_c",
    "day_c",
    "pull_down_min",
    "defrost_min",
    "spread_c",
    "open_s",
    "energy_kwh",
)


def upgrade() -> None:
    op.create_table(
        "cooler_day",
        sa.Column("tenant_id", sa.String(40), primary_key=True),
        sa.Column("fixture_id", sa.String(40), primary_key=True),
        sa.Column("business_day", sa.Date(), primary_key=True),
        sa.Column("store_id", sa.String(), nullable=False),
        sa.Column("heard", WHOLE, nullable=False),
        sa.Column("computed_of", WHOLE, nullable=False),
        sa.Column("computed_at", MOMENT),
        *(sa.Column(name, sa.Double()) for name in FEATURES),
        sa.Column("metered_s", sa.Double(), nullable=False),
        sa.Column("read", sa.Double(), nullable=False),
        sa.Column("is_restarted", sa.Boolean(), nullable=False),
        sa.Column("is_judged", sa.Boolean(), nullable=False),
        sa.Column("harder", sa.Double(), nullable=False),
        sa.Column("warmer", sa.Double(), nullable=False),
        sa.Column("slower", sa.Double(), nullable=False),
        sa.Column("warned_since", MOMENT),
        sa.Column("reasons", sa.JSON(), nullable=False),
    )
    op.create_index("cooler_day_by_day", "cooler_day", ["tenant_id", "business_day"])


def downgrade() -> None:
    op.drop_table("cooler_day")
