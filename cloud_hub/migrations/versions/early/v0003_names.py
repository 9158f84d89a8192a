"""Names and sentences in any language: two columns become one of JSON. Nobody has chosen English by
being given no other language."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

COLUMNS = {
    "tenant": ("name",),
    "brand": ("name",),
    "product": ("name", "category"),
    "store": ("name", "region"),
    "fixture": ("name",),
    "device": ("name",),
    "task": ("text",),
}
"""Each was two columns, `…_en` and `…_zh`."""
WORDS = sa.JSON().with_variant(JSONB(), "postgresql")
LOGIN = sa.table("login", sa.column("language", sa.String()))


def upgrade() -> None:
    for table, columns in COLUMNS.items():
        for column in columns:
            op.add_column(table, sa.Column(column, WORDS))
        _fill(table, {column: _together(column) for column in columns})
        with op.batch_alter_table(table) as batch:
            for column in columns:
                batch.alter_column(column, existing_type=WORDS, nullable=False)
                batch.drop_column(f"{column}_en")
                batch.drop_column(f"{column}_zh")
    with op.batch_alter_table("login") as batch:
        batch.alter_column("language", existing_type=sa.String(), nullable=True)
    op.execute(sa.update(LOGIN).where(LOGIN.c.language == "en").values(language=None))


def downgrade() -> None:
    """Other languages than these two are gone then, and sentences are told in English alone."""
    op.execute(sa.update(LOGIN).where(LOGIN.c.language.is_(None)).values(language="en"))
    with op.batch_alter_table("login") as batch:
        batch.alter_column("language", existing_type=sa.String(), nullable=False)
    for table, columns in COLUMNS.items():
        halves = [(column, tag) for column in columns for tag in ("en", "zh")]
        for column, tag in halves:
            op.add_column(table, sa.Column(f"{column}_{tag}", sa.String()))
        _fill(table, {f"{column}_{tag}": _half(column, tag) for column, tag in halves})
        with op.batch_alter_table(table) as batch:
            for column, tag in halves:
                batch.alter_column(f"{column}_{tag}", existing_type=sa.String(), nullable=False)
            for column in columns:
                batch.drop_column(column)


def _fill(table: str, values: dict[str, sa.ColumnElement[object]]) -> None:
    to_fill = sa.table(table)
    for name in values:
        to_fill.append_column(sa.column(name))
    op.execute(sa.update(to_fill).values(values))


def _together(column: str) -> sa.ColumnElement[object]:
    """Made by the database itself: a chain may have a million products."""
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    made = sa.func.jsonb_build_object if is_postgresql else sa.func.json_object
    english, chinese = (f"'{tag}', {column}_{tag}" for tag in ("en", "zh"))
    return made(sa.literal_column(f"{english}, {chinese}"))


def _half(column: str, tag: str) -> sa.ColumnElement[object]:
    words = sa.column(column, WORDS)
    told = (words[key].as_string() for key in dict.fromkeys((tag, "en", "und", "template")))
    return sa.func.coalesce(*told, "")
