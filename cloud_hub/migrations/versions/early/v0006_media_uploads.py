"""Each picture is of the device that sends it, and counts against that device's quota."""

from collections import Counter
from datetime import UTC, date, datetime

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OWNER = ("tenant_id", "device_id")
MEDIA = sa.table(
    "media",
    *(sa.column(name) for name in (*OWNER, "sha256")),
    sa.column("bytes", WHOLE),
    sa.column("stored_at", MOMENT),
)
MANY = 500


def upgrade() -> None:
    uploads = op.create_table(
        "media_upload",
        sa.Column("tenant_id", sa.String(40), primary_key=True),
        sa.Column("device_id", sa.String(40), primary_key=True),
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("bytes", WHOLE, nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("stored_at", MOMENT),
    )
    days = op.create_table(
        "media_day",
        sa.Column("tenant_id", sa.String(40), primary_key=True),
        sa.Column("device_id", sa.String(40), primary_key=True),
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("bytes", WHOLE, nullable=False),
    )
    _count_what_is_here(op.get_bind(), uploads, days)


def downgrade() -> None:
    op.drop_table("media_day")
    op.drop_table("media_upload")


def _count_what_is_here(connection: sa.Connection, uploads: sa.Table, days: sa.Table) -> None:
    """What devices have sent already is theirs, and counts on the day it came."""
    connection.execute(
        sa.insert(uploads).from_select(
            [*OWNER, "sha256", "bytes", "begun_at", "stored_at"],
            sa.select(
                *(MEDIA.c[name] for name in (*OWNER, "sha256", "bytes", "stored_at", "stored_at"))
            ).where(MEDIA.c.stored_at.is_not(None)),
        )
    )
    sent: Counter[tuple[str, str, date]] = Counter()
    query = sa.select(*(MEDIA.c[name] for name in (*OWNER, "bytes", "stored_at")))
    for tenant, device, count, stored_at in connection.execute(
        query.where(MEDIA.c.stored_at.is_not(None))
    ):
        sent[tenant, device, _day(stored_at)] += count
    rows = [
        {"tenant_id": tenant, "device_id": device, "day": day, "bytes": count}
        for (tenant, device, day), count in sent.items()
    ]
    for start in range(0, len(rows), MANY):
        connection.execute(sa.insert(days), rows[start : start + MANY])


def _day(moment: datetime) -> date:
    """The day in UTC; SQLite gives times without their zone."""
    return moment.astimezone(UTC).date() if moment.tzinfo else moment.date()
