"""What master data were before, since when a device is gone, what is watched since when, and when
crossings arrived."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

WHOSE = ("tenant_id", "store_id", "device_id")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "former_master_data",
        sa.Column("tenant_id", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("item_id", sa.String(200), nullable=False),
        sa.Column("held_until", MOMENT, nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "kind", "item_id", "held_until"),
    )
    op.create_table(
        "watched_place",
        sa.Column("tenant_id", sa.String(40), nullable=False),
        sa.Column("store_id", sa.String(40), nullable=False),
        sa.Column("device_id", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("place_id", sa.String(40), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "store_id", "device_id", "kind", "place_id"),
    )
    op.add_column("device", sa.Column("left_at", MOMENT))
    op.add_column("footfall_minute", sa.Column("arrived_at", MOMENT))
    _find_places()


def downgrade() -> None:
    op.drop_column("footfall_minute", "arrived_at")
    op.drop_column("device", "left_at")
    op.drop_table("watched_place")
    op.drop_table("former_master_data")


def _find_places() -> None:
    """Every line and zone that is in the minutes."""
    zones = sa.table(
        "zone_minute", *map(sa.column, (*WHOSE, "zone_id", "is_queue", "business_day"))
    )
    lines = sa.table(
        "footfall_minute", *map(sa.column, (*WHOSE, "line_id", "role", "business_day"))
    )
    _find(lines, lines.c.role, lines.c.line_id)
    queue = sa.column("is_queue", sa.Boolean())
    _find(
        zones,
        sa.case((queue, sa.literal_column("'queue'")), else_=sa.literal_column("'zone'")),
        zones.c.zone_id,
    )


def _find(
    minutes: sa.TableClause, kind: sa.ColumnElement[str], place_id: sa.ColumnElement[str]
) -> None:
    names = (*WHOSE, "kind", "place_id", "first_day", "last_day")
    by = (*(minutes.c[name] for name in WHOSE), kind, place_id)
    days = minutes.c.business_day
    found = sa.select(*by, sa.func.min(days), sa.func.max(days)).group_by(*by)
    places = sa.table("watched_place", *map(sa.column, names))
    op.execute(sa.insert(places).from_select(list(names), found))
