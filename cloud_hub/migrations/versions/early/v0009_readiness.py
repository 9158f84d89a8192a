"""A row that the hub writes to know that it can write."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "readiness_probe",
        sa.Column("tenant_id", sa.String(40), nullable=False),
        sa.Column("probe", sa.String(40), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "probe"),
    )


def downgrade() -> None:
    op.drop_table("readiness_probe")
