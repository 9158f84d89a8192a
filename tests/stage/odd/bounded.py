"""Looks for fields without bounds: walks what pydantic made of a type, down to its last part."""

from collections.abc import Iterator, Mapping
from typing import Any, get_origin

from pydantic import TypeAdapter

from device_profiles.names import Names
from device_profiles.values.bounds import JsonObject

BOTH_ENDS = {"int", "float", "decimal", "datetime", "date", "timedelta"}
CONTAINERS = {"list", "dict", "set", "frozenset"}
NO_NAN = "no NaN"
BOUND_BY_CODE = {
    repr(TypeAdapter(kind).core_schema["function"])  # type: ignore[typeddict-item]
    for kind in (JsonObject, Names)
}


def unbounded(kind: Any) -> list[str]:
    """The path of every part of `kind` that could be endlessly large, with what it is."""
    adapter = TypeAdapter(kind)
    return sorted(set(_walk(adapter.core_schema, _name(kind), {}, frozenset())))


def _name(kind: Any) -> str:
    return getattr(get_origin(kind) or kind, "__name__", str(kind))


def _walk(
    schema: Mapping[str, Any], at: str, known: dict[str, Any], inside: frozenset[str]
) -> Iterator[str]:
    kind = schema["type"]
    if kind == "definitions":
        for one in schema["definitions"]:
            known[one["ref"]] = one
        yield from _walk(schema["schema"], at, known, inside)
    elif kind == "definition-ref":
        name = schema["schema_ref"]
        if name not in inside:
            yield from _walk(known[name], at, known, inside | {name})
    elif kind.startswith("function") and repr(schema.get("function")) in BOUND_BY_CODE:
        return
    elif kind in ("function-plain", "any"):
        yield f"{at}: anything"
    else:
        config = schema.get("config", {})
        if _is_endless(schema) and not (kind == "float" and NO_NAN in inside and _ends(schema)):
            yield f"{at}: {kind}"
        inside = inside | {NO_NAN} if config.get("allow_inf_nan") is False else inside
        for name, part in _parts(schema):
            yield from _walk(part, f"{at}.{name}" if name else at, known, inside)


def _is_endless(schema: Mapping[str, Any]) -> bool:
    kind = schema["type"]
    if kind in BOTH_ENDS:
        return not _ends(schema) or (kind == "float" and schema.get("allow_inf_nan", True))
    if kind in ("str", "bytes"):
        return "max_length" not in schema and not _has_an_end(schema.get("pattern"))
    if kind == "tuple":
        return schema.get("variadic_item_index") is not None and "max_length" not in schema
    return kind in CONTAINERS and "max_length" not in schema


def _ends(schema: Mapping[str, Any]) -> bool:
    return ("ge" in schema or "gt" in schema) and ("le" in schema or "lt" in schema)


def _has_an_end(pattern: str | None) -> bool:
    return pattern is not None and pattern.endswith("$") and not set("*+") & set(pattern)


def _parts(schema: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The schemas inside a schema, with the names of fields."""
    for name in ("schema", "items_schema", "keys_schema", "values_schema", "json_schema"):
        inner = schema.get(name)
        if isinstance(inner, Mapping):
            yield "", inner
        elif isinstance(inner, list):
            yield from (("", one) for one in inner)
    for choice in schema.get("choices", ()):
        yield "", choice[0] if isinstance(choice, tuple) else choice
    for step in schema.get("steps", ()):
        yield "", step
    fields = schema.get("fields", {})
    if isinstance(fields, Mapping):
        yield from ((name, field["schema"]) for name, field in fields.items())
    else:
        yield from ((field["name"], field["schema"]) for field in fields)
