"""Whole minutes and quarters of an hour in SQL, alike on SQLite and PostgreSQL."""

from datetime import UTC, datetime

from sqlalchemy import BigInteger
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

MINUTE_S = 60
QUARTER_S = 900
"""Every zone's offset is a whole number of quarters, so local hours are made of UTC quarters."""


class epoch_second(GenericFunction[int]):
    """Whole seconds since 1970 of a time column, rounded down."""

    type = BigInteger()
    inherit_cache = True


@compiles(epoch_second, "sqlite")
def _on_sqlite(element: epoch_second, compiler: SQLCompiler, **kw: object) -> str:
    # Its functions round to milliseconds, up too; the text of a time begins with its whole second.
    return (
        f"CAST(strftime('%s', substr({compiler.process(element.clauses, **kw)}, 1, 19)) AS INTEGER)"
    )


@compiles(epoch_second, "postgresql")
def _on_postgresql(element: epoch_second, compiler: SQLCompiler, **kw: object) -> str:
    return f"CAST(FLOOR(EXTRACT(EPOCH FROM {compiler.process(element.clauses, **kw)})) AS BIGINT)"


def start_of(bucket: int, bucket_s: int) -> datetime:
    """When bucket number `bucket` begins."""
    return datetime.fromtimestamp(bucket * bucket_s, UTC)
