"""Names and sentences as columns: JSON, which PostgreSQL keeps in the form that it can compare."""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from pydantic_core import to_json
from sqlalchemy import JSON, Dialect
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator, TypeEngine

from cloud_hub.core.text import Amount, Day, Filling, Text
from device_profiles.names import Names

JsonObject = Mapping[str, Any]
Kept = TypeVar("Kept", Names, Text | Names)


class _Words(TypeDecorator[Kept]):
    """JSON of words. The same words are the same text on SQLite, so that they group and compare."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """JSONB on PostgreSQL: its plain JSON neither compares nor groups."""
        return dialect.type_descriptor(JSONB() if dialect.name == "postgresql" else JSON())

    def bind_processor(self, dialect: Dialect) -> Callable[[Kept | None], str | None]:
        """Both databases take JSON as its text."""
        return lambda words: None if words is None else to_json(_json_of(words)).decode()

    @abstractmethod
    def process_result_value(self, value: JsonObject | None, dialect: Dialect) -> Kept | None:
        """The words."""


class NamesJson(_Words[Names]):
    """What people call a thing: an object of texts by language tag."""

    cache_ok = True

    def process_result_value(self, value: JsonObject | None, dialect: Dialect) -> Names | None:
        """The names."""
        return None if value is None else Names(value)


class SaidJson(_Words[Text | Names]):
    """A sentence of ours (its template and what fills it), or texts by language tag."""

    cache_ok = True

    def process_result_value(
        self, value: JsonObject | None, dialect: Dialect
    ) -> Text | Names | None:
        """The sentence, to be told in any language."""
        return None if value is None else _said_of(value)


def _json_of(word: Filling) -> str | int | JsonObject:
    match word:
        case Names():
            return dict(word)
        case Amount():
            return {"number": str(word.value), "places": word.places}
        case Day():
            return {"date": word.day.isoformat(), "pattern": word.pattern}
        case Text():
            values = {name: _json_of(value) for name, value in word.values}
            parts = {"template": word.template, "many": word.many, "context": word.context}
            return {name: part for name, part in parts.items() if part} | {"values": values}
        case _:
            return word


def _said_of(kept: JsonObject) -> Text | Names:
    if "template" not in kept:
        return Names(kept)
    template, many, context = (kept.get(part, "") for part in ("template", "many", "context"))
    values = sorted((name, _filling_of(value)) for name, value in kept["values"].items())
    return Text(template, many, context, tuple(values))


def _filling_of(kept: str | int | JsonObject) -> Filling:
    if not isinstance(kept, Mapping):
        return kept
    if "number" in kept:
        return Amount(Decimal(kept["number"]), kept["places"])
    if "date" in kept:
        day, pattern = date.fromisoformat(kept["date"]), kept["pattern"]
        return Day(day, pattern)
    return _said_of(kept)
