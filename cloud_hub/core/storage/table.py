"""Column types that are exact on SQLite and PostgreSQL alike, and the declarative base."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer, String
from sqlalchemy.orm import DeclarativeBase, MappedColumn, mapped_column
from sqlalchemy.types import TypeDecorator

from cloud_hub.core.storage.words import NamesJson
from device_profiles.names import Names

EXACT_SCALE = 10_000


class Exact(TypeDecorator[Decimal]):
    """A decimal with four places, kept as an integer: money and quantities add up exactly in SQL
    on every database. Raises ValueError for a value with more than four places."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        """The scaled integer."""
        if value is None:
            return None
        scaled = Decimal(value) * EXACT_SCALE
        if scaled != scaled.to_integral_value():
            raise ValueError(f"{value} has more than four decimal places")
        return int(scaled)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        """The decimal."""
        return None if value is None else Decimal(value) / EXACT_SCALE


def _aware(value: datetime | None) -> datetime | None:
    if value is not None and value.tzinfo is None:
        raise ValueError(f"time {value.isoformat()} has no UTC offset")
    return value


def _sqlite_text(value: datetime | None) -> str | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError(f"time {value.isoformat()} has no UTC offset")
    return value.astimezone(UTC).isoformat(" ", "microseconds")[:-6]


class UtcTime(TypeDecorator[datetime]):
    """An aware UTC time. Refuses naive ones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """UTC, without its zone where the database has none."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"time {value.isoformat()} has no UTC offset")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any] | None:
        """One step instead of three: most values of a batch are times. On SQLite, the text that
        SQLAlchemy's own type writes; PostgreSQL's driver takes any aware time."""
        return _sqlite_text if dialect.name == "sqlite" else _aware

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Declarative base of every table."""

    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        datetime: UtcTime(),
        Decimal: Exact(),
        int: BigInteger().with_variant(Integer(), "sqlite"),
        dict[str, Any]: JSON(),
        list[Any]: JSON(),
        Names: NamesJson(),
    }


def key(length: int = 40) -> MappedColumn[Any]:
    """A text column of a primary key."""
    return mapped_column(String(length), primary_key=True)


def key_int() -> MappedColumn[Any]:
    """An integer column of a primary key, never numbered by the database."""
    return mapped_column(primary_key=True, autoincrement=False)
