"""Certificates of devices, and devices that are let in no more."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("device", sa.Column("disabled_at", MOMENT, nullable=True))
    op.create_table(
        "device_certificate",
        sa.Column("tenant_id", sa.String(40), primary_key=True),
        sa.Column("device_id", sa.String(40), primary_key=True),
        sa.Column("serial", sa.String(40), primary_key=True),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("issued_at", MOMENT, nullable=False),
        sa.Column("not_after", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
    )


def downgrade() -> None:
    op.drop_table("device_certificate")
    op.drop_column("device", "disabled_at")
