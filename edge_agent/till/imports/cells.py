"""What stands in a cell: numbers as people and accountants write them, and what spreadsheets make
of codes. Repaired is what is certain; nothing is guessed. Pure."""

import re
import unicodedata
from decimal import Decimal

from device_profiles.values.codes import read_code
from edge_agent.core.errors import EdgeError

NOTHING = frozenset(
    {"", "null", "nan", "none", "nil", "n/a", "#n/a", "na", "-", "#null!", "#value!", "#ref!"}
)
"""What programs write in a cell that has nothing, in small letters."""
MARKS = "'’` \u00a0\u202f_"
"""Between thousands, beside the point or comma that is not the decimal one."""
_SIGNS = str.maketrans({"−": "-", "–": "-", "﹣": "-", "－": "-", "＋": "+"})
_CURRENCY = re.compile(
    r"[\u0024\u00a3-\u00a5\u20a0-\u20cf元円원]|^[A-Z]{3}(?=[\s0-9(+-])|(?<=[\s0-9)])[A-Z]{3}$"
)
_WHOLE = re.compile(r"[0-9]+(?:\.0*)?")
_SCIENTIFIC = re.compile(r"([0-9])(?:[.,]([0-9]+))?E\+?([0-9]{1,2})", re.IGNORECASE)
_POINT = re.compile(r"[0-9]\.[0-9]{1,2}$|[0-9],[0-9]{3}\.|\.[0-9]{4,}$")
_COMMA = re.compile(r"[0-9],[0-9]{1,2}$|[0-9]\.[0-9]{3},|,[0-9]{4,}$")


class UnusableCell(EdgeError):
    """A cell that does not say what its column should; the message has no place in it."""


def is_nothing(text: str | None) -> bool:
    """Whether a cell says nothing."""
    return text is None or text.strip().casefold() in NOTHING


def decimal_mark(text: str) -> str | None:
    """Which of `.` and `,` begins the decimals in this cell; None where it could be either."""
    said = text.strip(" )-+€$£¥\u00a0")
    if bool(_POINT.search(said)) is bool(_COMMA.search(said)):
        return None
    return "." if _POINT.search(said) else ","


def number(text: str, mark: str = ".") -> Decimal:
    """The number in a cell whose decimals begin with `mark`; negative in parentheses, with a sign
    before or behind, in any kind of minus; with a currency, with marks between thousands.

    Raises UnusableCell.
    """
    said = unicodedata.normalize("NFKC", text).translate(_SIGNS).strip()
    said = _CURRENCY.sub("", said).strip()
    sign = 1
    if said.startswith("(") and said.endswith(")"):
        said, sign = said[1:-1].strip(), -1
    said = _CURRENCY.sub("", said).strip()
    if said[-1:] in ("-", "+"):
        said, sign = said[:-1].strip(), -sign if said.endswith("-") else sign
    if said[:1] in ("-", "+"):
        said, sign = said[1:].strip(), -sign if said.startswith("-") else sign
    said = _CURRENCY.sub("", said).strip()
    thousands = ",.".replace(mark, "") + MARKS
    exponent = re.search(r"[eE][+-]?[0-9]{1,3}$", said)
    digits = said[: exponent.start()] if exponent else said
    whole, _, places = digits.partition(mark)
    groups = re.split(f"[{re.escape(thousands)}]", whole)
    if not _are_groups(groups) or (places and not places.isdigit()):
        raise UnusableCell(f"{text!r} is not a number")
    plain = "".join(groups) + ("." + places if places else "") + (exponent[0] if exponent else "")
    try:
        return sign * Decimal(plain)
    except ArithmeticError as error:
        raise UnusableCell(f"{text!r} is not a number") from error


def _are_groups(groups: list[str]) -> bool:
    """Whether thousands are told apart as somewhere in the world: by three, in India by two."""
    if not all(one.isascii() and one.isdigit() for one in groups):
        return len(groups) == 1 and not groups[0]
    if len(groups) == 1:
        return True
    return (
        1 <= len(groups[0]) <= 3
        and len(groups[-1]) == 3
        and len({len(one) for one in groups[1:-1]} | {3}) <= 2
        and all(len(one) in (2, 3) for one in groups[1:])
    )


def unmangled(text: str) -> str:
    """A code or a number as it was before a spreadsheet had it: without `="…"`, a leading `'`, a
    `.0`, or an exponent that kept every digit.

    Raises UnusableCell where digits are lost.
    """
    said = text.strip()
    quoted = re.fullmatch(r"=\s*\"(.*)\"", said)
    said = quoted[1].strip() if quoted else said.removeprefix("'").strip()
    plain = unicodedata.normalize("NFKC", said)
    if found := _SCIENTIFIC.fullmatch(plain):
        places = found[2] or ""
        if "+" not in plain and not places:
            return said
        if len(places.rstrip("0")) > int(found[3]):
            return said
        if len(places) < int(found[3]):
            raise UnusableCell(f"{text!r} was rounded by a spreadsheet: its digits are lost")
        return (found[1] + places)[: int(found[3]) + 1]
    if _WHOLE.fullmatch(plain) and "." in plain:
        return plain.partition(".")[0]
    return said


def unmangled_code(text: str) -> tuple[str, bool]:
    """A product's code as it was before a spreadsheet had it, and whether it was repaired. Zeros
    that were lost in front come back where the check digit then holds, and only there.

    Raises UnusableCell where digits are lost.
    """
    said = unmangled(text)
    if re.fullmatch(r"[0-9]{9,11}", unicodedata.normalize("NFKC", said)):
        whole = unicodedata.normalize("NFKC", said).zfill(12)
        read = read_code(whole)
        if read.gtin is not None or (read.item_code and not read.problem):
            said = whole
    return said, said != text.strip()
