"""Logins and tokens bound to several stores or regions; revoked tokens; what rivals are called."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BOUND = ("store", "brand")
"""Roles that had a scope; whatever stood beside the others was never heeded."""


def upgrade() -> None:
    for table in ("login", "api_token"):
        for column in ("scopes", "regions"):
            op.add_column(
                table, sa.Column(column, sa.JSON(), nullable=False, server_default=sa.text("'[]'"))
            )
        _keep_scopes(op.get_bind(), table)
        op.drop_column(table, "scope_id")
    op.add_column("api_token", sa.Column("revoked_at", MOMENT))
    op.add_column("brand", sa.Column("joined", WHOLE, nullable=False, server_default="0"))
    op.add_column("tenant", sa.Column("naming_key", sa.String(), nullable=False, server_default=""))
    _draw_keys(op.get_bind())


def downgrade() -> None:
    op.drop_column("tenant", "naming_key")
    op.drop_column("brand", "joined")
    op.drop_column("api_token", "revoked_at")
    for table in ("api_token", "login"):
        op.add_column(table, sa.Column("scope_id", sa.String()))
        op.drop_column(table, "regions")
        op.drop_column(table, "scopes")


def _keep_scopes(connection: sa.Connection, name: str) -> None:
    """The one store or brand becomes a list of one."""
    table = sa.table(name, sa.column("role"), sa.column("scope_id"), sa.column("scopes", sa.JSON()))
    is_bound = sa.and_(table.c.role.in_(BOUND), table.c.scope_id.is_not(None))
    found = connection.scalars(sa.select(table.c.scope_id).where(is_bound).distinct()).all()
    for scope_id in found:
        connection.execute(
            sa.update(table).where(is_bound, table.c.scope_id == scope_id).values(scopes=[scope_id])
        )


def _draw_keys(connection: sa.Connection) -> None:
    """Every chain gets a secret of its own."""
    table = sa.table("tenant", sa.column("tenant_id"), sa.column("naming_key"))
    for tenant_id in connection.scalars(sa.select(table.c.tenant_id)).all():
        connection.execute(
            sa.update(table)
            .where(table.c.tenant_id == tenant_id)
            .values(naming_key=secrets.token_hex(16))
        )
