"""When the hub was backed up last."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "backup_watch",
        sa.Column("tenant_id", sa.String(40), primary_key=True),
        sa.Column("watched_since", MOMENT, nullable=False),
        sa.Column("made_at", MOMENT),
        sa.Column("verified_at", MOMENT),
        sa.Column("due_at", MOMENT),
    )


def downgrade() -> None:
    op.drop_table("backup_watch")
