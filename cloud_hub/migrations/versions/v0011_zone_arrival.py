"""When minutes of zones arrived."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("zone_minute", sa.Column("arrived_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("zone_minute", "arrived_at")
