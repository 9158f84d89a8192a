"""What people's editors and copies make of a file: each must be told in one line, or be read."""

from pathlib import Path

BOM = b"\xef\xbb\xbf"
DIGITS = b"9" * 5000

UNREADABLE: dict[str, bytes] = {
    "UTF-16 LE": "\ufeffname = 1".encode("utf-16-le"),
    "UTF-16 BE": "\ufeffname = 1".encode("utf-16-be"),
    "UTF-16 without a mark": "name = 1".encode("utf-16-le"),
    "UTF-32": "name = 1".encode("utf-32"),
    "a mark alone, half": BOM[:2],
    "two marks": BOM + BOM,
    "NUL": b"a\0",
    "nothing but NULs": b"\0" * 4096,
    "Latin-1": b'name = "caf\xe9"',
    "a picture": b"\xff\xd8\xff\xe0\x00\x10JFIF",
    "half a pair, encoded": b'name = "\xed\xa0\x80"',
    "an overlong slash": b'name = "\xc0\xaf"',
}
"""Neither TOML nor JSON."""
NO_TOML: dict[str, bytes] = UNREADABLE | {
    "a number of 5,000 digits": b"number = " + DIGITS,
    "a number of 5,000 digits, negative": b"number = -" + DIGITS,
    "a number of 5,000 hexadecimal digits": b"number = 0x" + b"f" * 5000,
    "a number of 64 bits": b"number = 9223372036854775808",
    "a number that is none": b"number = nan",
    "a number without end": b"number = -inf",
    "nested lists": b"list = " + b"[" * 5000 + b"]" * 5000,
    "nested tables": b"table = " + b"{a=" * 5000,
    "a name of 5,000 dots": b".".join([b"a"] * 5000) + b" = 1",
    "a list of 40 levels": b"list = " + b"[" * 40 + b"]" * 40,
    "half a pair": rb'name = "\ud800"',
    "a year 0": b"day = 0000-01-01",
    "an hour 25": b"time = 25:00:00",
    "a name twice": b"a = 1\na = 2",
    "a line end in a name": b'"a\\nb" = 1\n"a\\nb" = 2',
    "JSON": b'{"name": 1}',
    "no end": b'name = "',
}
NO_JSON: dict[str, bytes] = UNREADABLE | {
    "a number of 5,000 digits": b'{"number": ' + DIGITS + b"}",
    "nested lists": b"[" * 100_000,
    "half a pair": rb'{"name": "\ud800"}',
    "a number that is none": b'{"number": NaN}',
    "nothing": b"",
    "TOML": b"name = 1",
    "two objects": b"{} {}",
    "no end": b'{"name": "',
}


def not_to_be_read(folder: Path, name: str) -> list[Path]:
    """Paths under `folder` that end in `name` and give no bytes: a folder, one that is not there, a
    link to itself, one whose reading fails, one with a file where a folder should be."""
    made = []
    for number, kind in enumerate(("folder", "gone", "loop", "failing", "below-a-file")):
        place = folder / f"{number}-{kind}"
        place.mkdir()
        path = place / name
        if kind == "folder":
            path.mkdir()
        elif kind == "loop":
            path.symlink_to(path)
        elif kind == "failing" and Path("/proc/self/mem").exists():
            path.symlink_to("/proc/self/mem")
        elif kind == "below-a-file":
            (place / "file").touch()
            path = place / "file" / name
        made.append(path)
    return made
