"""The records of a payload that as a whole is no JSON: one bad body must not cost its neighbours.

A sender writes what stands before each body itself, always in the same form, and no body that is
JSON holds that form in a text: quotes are escaped there. So the records are told apart by their
starts, and each is read alone.
"""

import re
from itertools import islice
from typing import Any, Final, NamedTuple

from pydantic_core import from_json

START: Final = re.compile(
    rb'(?:\A\[|,)(\{"kind":"[a-z0-9-]{1,40}"(?:,"v":[1-9][0-9]{0,3})?'
    rb'(?:,"after_ms":-?[1-9][0-9]{0,14})?(?:,"drift_ms":-?[1-9][0-9]{0,14})?,"body":)'
)


class Unread(NamedTuple):
    """A record whose body is no JSON: what was said of it before its body (`row`, whose body is
    empty), the text that stands there, and what is wrong with it."""

    row: dict[str, Any]
    text: str
    problem: str


def told_apart(raw: bytes, most: int) -> list[Any]:
    """The records of an array, at most one more than `most`, each as JSON data or as Unread; an
    empty list where no record is found."""
    starts = list(islice(START.finditer(raw), most + 1))
    ends = [start.start() for start in starts[1:]] + [len(raw.removesuffix(b"]"))]
    return [
        _read(start.group(1), raw[start.start(1) : end])
        for start, end in zip(starts, ends, strict=False)
    ]


def _read(start: bytes, said: bytes) -> Any:  # noqa: ANN401 - any JSON
    try:
        return from_json(said, allow_inf_nan=False)
    except ValueError as error:
        row = from_json(start + b"{}}")
        return Unread(row, said.decode(errors="backslashreplace"), f"record is not JSON: {error}")
