"""From which day on a store, a fixture, a product is there no more."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

RETIRING = ("store", "fixture", "product")


def upgrade() -> None:
    for table in RETIRING:
        op.add_column(table, sa.Column("retired_from", sa.Date()))


def downgrade() -> None:
    for table in RETIRING:
        op.drop_column(table, "retired_from")
