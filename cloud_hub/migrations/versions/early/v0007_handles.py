"""Codes and handles: what stands inside a chain's own codes, where its telephone numbers are, and
in which normal form each handle was indexed. The handles are indexed anew by the hub when
it starts: the keys that open them are in its folder, not in the database."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

UNTIL_NOW = """'["20IIIIIWWWWWC"]'"""
"""The one layout that every chain had."""


def upgrade() -> None:
    op.add_column(
        "tenant",
        sa.Column("code_layouts", sa.JSON(), nullable=False, server_default=sa.text(UNTIL_NOW)),
    )
    op.add_column("tenant", sa.Column("country", sa.String(2)))
    whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column("identity", sa.Column("form", whole, nullable=False, server_default="0"))


def downgrade() -> None:
    """Handles stay indexed in their new form: an older hub takes those that it indexes otherwise
    for new ones."""
    op.drop_column("identity", "form")
    op.drop_column("tenant", "country")
    op.drop_column("tenant", "code_layouts")
