"""Second factors of logins, and the roles that need one."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "second_factor",
        sa.Column("tenant_id", sa.String(40), primary_key=True),
        sa.Column("login_name", sa.String(80), primary_key=True),
        sa.Column("secret_sealed", sa.String(), nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("confirmed_at", MOMENT),
        sa.Column("last_step", WHOLE, nullable=False),
        sa.Column("recovery_hashes", sa.JSON(), nullable=False),
    )
    op.create_table(
        "second_factor_demand",
        sa.Column("tenant_id", sa.String(40), primary_key=True),
        sa.Column("role", sa.String(20), primary_key=True),
        sa.Column("since", MOMENT, nullable=False),
    )


def downgrade() -> None:
    for table in ("second_factor_demand", "second_factor"):
        op.drop_table(table)
