"""Files that people hand in, as TOML and JSON: read here alone, and one line where they cannot be.

Editors add a byte order mark, save as UTF-16 or leave a folder where a file was; a number may have
more digits than Python converts, a list be nested beyond its stack. Each is told with the file and
the place, and nothing else is raised.
"""

import re
import tomllib
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from pydantic_core import from_json

from device_profiles.errors import AisleError
from device_profiles.values.bounds import JSON_DEPTH, LINE_CHARACTERS, keepable, unkeepable_in

BYTES_MOST: Final = 256 * 1024 * 1024
"""The master data of a thousand stores are a tenth of it."""
LONG_NUMBER: Final = re.compile(r"[0-9_]{1000,}")
PAIR: Final = re.compile(r"\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})")
"""One character in two escapes, as JSON and galleries of release 0.1.0 have it; TOML has not."""


class UnreadableFile(AisleError, ValueError):
    """A file that cannot be read as what it should be; the message names it and the place in it.
    `is_there` is false where the system gave no bytes at all."""

    def __init__(self, message: str, *, is_there: bool = True) -> None:
        super().__init__(message)
        self.is_there = is_there


def shown(path: Path) -> str:
    """The path as one line that can be printed, whatever its name is made of."""
    name = str(path)
    return name if name.isprintable() else ascii(name)


def read_toml(path: Path, what: str) -> dict[str, Any]:
    """What stands in a TOML file, which people call `what`. Raises UnreadableFile."""
    words = _toml(read_text(path, what, "TOML"), path, what)
    if (problem := _first_odd(words, _is_any)) is not None:
        raise UnreadableFile(f"{what} {shown(path)}: {problem}")
    return words


def read_json(path: Path, what: str) -> Any:  # noqa: ANN401 - any JSON
    """What stands in a JSON file, which people call `what`. Raises UnreadableFile."""
    try:
        return from_json(read_text(path, what, "JSON"), allow_inf_nan=False)
    except UnreadableFile:
        raise
    except ValueError as error:
        raise _is_no(what, path, "JSON", str(error)) from error


def read_gallery_list(folder: Path) -> dict[str, Any]:
    """The `gallery.toml` of a gallery's folder; the names of pictures in it are any. Raises
    UnreadableFile."""
    path, what = folder / "gallery.toml", "gallery's list"
    words = _toml(PAIR.sub(_as_character, read_text(path, what, "TOML")), path, what)
    if (problem := _first_odd(words, _is_no_text)) is not None:
        raise UnreadableFile(f"{what} {shown(path)}: {problem}")
    return words


def read_text(path: Path, what: str, form: str) -> str:
    """The text of a UTF-8 file that should be of this form, without a byte order mark.

    Raises UnreadableFile.
    """
    try:
        with path.open("rb") as file:
            data = file.read(BYTES_MOST + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise UnreadableFile(f"cannot read {what} {shown(path)}: {why}", is_there=False) from error
    if len(data) > BYTES_MOST:
        raise _is_no(what, path, form, f"it has more than {BYTES_MOST // 2**20} MiB")
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        raise _is_no(what, path, form, "it is UTF-16; save it as UTF-8")
    data = data.removeprefix(BOM_UTF8)
    at = data.find(b"\0")
    if at >= 0:
        raise _is_no(what, path, form, f"line {_line(data, at)} holds a NUL; save it as UTF-8 text")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        where = _line(data, error.start)
        raise _is_no(what, path, form, f"line {where} is not UTF-8; save it as UTF-8") from error


def _line(data: bytes, at: int) -> int:
    return data.count(b"\n", 0, at) + 1


def _is_no(what: str, path: Path, form: str, why: str) -> UnreadableFile:
    line = keepable(" ".join(why.split()), LINE_CHARACTERS)
    return UnreadableFile(f"{what} {shown(path)} is not {form}: {line}")


def _toml(text: str, path: Path, what: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise _is_no(what, path, "TOML", "it is nested too deeply") from error
    except ValueError as error:
        why = str(error)
        number = LONG_NUMBER.search(text)
        if number is not None and not isinstance(error, tomllib.TOMLDecodeError):
            line = text.count("\n", 0, number.start()) + 1
            why = f"line {line} holds a number of {len(number[0])} digits"
        raise _is_no(what, path, "TOML", why) from error


def _first_odd(words: dict[str, Any], is_meant: Callable[[object], bool]) -> str | None:
    """Where a value or a depth stands that AisleOS does not take, and what it is."""
    waiting: list[tuple[tuple[str, ...], Any]] = [((), words)]
    while waiting:
        place, value = waiting.pop()
        if len(place) > JSON_DEPTH:
            return f"{_named(place)}: it is nested deeper than {JSON_DEPTH} levels"
        if isinstance(value, dict):
            waiting += [((*place, key), inner) for key, inner in value.items()]
        elif isinstance(value, list):
            waiting += [((*place, str(number)), inner) for number, inner in enumerate(value)]
        elif is_meant(value) and (problem := unkeepable_in(value)) is not None:
            return f"{_named(place)}: {problem}"
    return None


def _is_any(value: object) -> bool:
    return True


def _is_no_text(value: object) -> bool:
    return not isinstance(value, str)


def _named(place: tuple[str, ...]) -> str:
    return keepable(" ".join(".".join(place).split()), LINE_CHARACTERS)


def _as_character(pair: re.Match[str]) -> str:
    return bytes.fromhex(pair[1] + pair[2]).decode("utf-16-be")
