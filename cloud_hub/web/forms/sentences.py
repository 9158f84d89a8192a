"""Pydantic's errors as sentences that a clerk understands."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from pydantic_core import ErrorDetails

from cloud_hub.web.words import Words

Bounds = Mapping[str, Any]


def sentence(error: ErrorDetails, words: Words) -> str:
    """What is wrong with one field, and what to write instead."""
    say = _SAID.get(error["type"])
    if say is not None:
        return say(error.get("ctx", {}), words)
    why = error["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
    return words("This cannot be used: {why}", why=why)


def _empty(_: Bounds, words: Words) -> str:
    return words("Fill this in.")


def _whole(_: Bounds, words: Words) -> str:
    return words("Write a whole number: 12.")


def _number(_: Bounds, words: Words) -> str:
    return words("Write a number: 6.50.")


def _list(_: Bounds, words: Words) -> str:
    return words("Choose one of the list.")


_SAID: Final[Mapping[str, Callable[[Bounds, Words], str]]] = {
    "missing": _empty,
    "int_parsing": _whole,
    "int_type": _whole,
    "int_from_float": _whole,
    "int_parsing_size": lambda _, words: words("This number is too long."),
    "float_parsing": _number,
    "float_type": _number,
    "decimal_parsing": _number,
    "decimal_type": _number,
    "finite_number": _number,
    "decimal_max_digits": lambda _, words: words("This number is too long."),
    "decimal_whole_digits": lambda _, words: words("This number is too long."),
    "decimal_max_places": lambda bounds, words: words(
        "At most {count} digits after the point.", count=bounds["decimal_places"]
    ),
    "greater_than": lambda bounds, words: words("Must be more than {bound}.", bound=bounds["gt"]),
    "greater_than_equal": lambda bounds, words: words(
        "Must be {bound} or more.", bound=bounds["ge"]
    ),
    "less_than": lambda bounds, words: words("Must be less than {bound}.", bound=bounds["lt"]),
    "less_than_equal": lambda bounds, words: words("Must be {bound} or less.", bound=bounds["le"]),
    "string_too_short": lambda bounds, words: words(
        "Write at least {count} characters.", count=bounds["min_length"]
    ),
    "string_too_long": lambda bounds, words: words(
        "Write at most {count} characters.", count=bounds["max_length"]
    ),
    "string_pattern_mismatch": lambda _, words: words("This is not written as it must be."),
    "enum": _list,
    "literal_error": _list,
}
