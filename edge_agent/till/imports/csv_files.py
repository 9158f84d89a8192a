"""CSV files as programs and spreadsheets write them, made into one plain kind: UTF-8, commas, one
line a row, the columns that a mapping names. What was found is said; rows that are none are kept
aside with the reason."""

import codecs
import csv
import re
import unicodedata
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from device_profiles.failures import in_words
from device_profiles.values.countries import country_of_zone
from edge_agent.core.errors import EdgeError
from edge_agent.till.imports.cells import decimal_mark
from edge_agent.till.imports.scratch import ScratchFile

DELIMITERS = (",", ";", "\t", "|", "^")
LONGEST_PREAMBLE = 30
LONGEST_CELL_LINES = 50
IS_DELIMITER = re.compile(r"[^\r\n\x00\"\w]").fullmatch
SAMPLED_BYTES = 256 * 1024
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_EASTERN = {"gb18030": (0xB0, 0xD7), "big5": (0xA4, 0xC6), "cp949": (0xB0, 0xC8)}
"""First bytes of the frequent characters: text of this kind has hardly another."""
_HOME = {"CN": "gb18030", "TW": "big5", "HK": "big5", "MO": "big5", "JP": "cp932", "KR": "cp949"}
_SINGLE = ("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "iso8859_15")


class UnreadableReceipts(EdgeError):
    """A file of receipts that cannot be read as what its name says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadAs:
    """How a file is read; None is found out."""

    encoding: str | None = None
    delimiter: str | None = None
    decimal: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRow:
    """A row that is none: its number, from 1 below the header, its line in the file, the reason."""

    row: int
    line: int
    reason: str


@dataclass(slots=True, kw_only=True)
class PlainFile:
    """The plain copy, how the file was read, its columns, which of the wanted ones were `found`,
    and what rows are not in the copy."""

    scratch: ScratchFile
    read_as: ReadAs
    columns: tuple[str, ...]
    found: set[str]
    bad: list[BadRow] = field(default_factory=list)

    @property
    def path(self) -> Path:
        """Where the copy lies."""
        return self.scratch.path


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The columns that a mapping names, those among them that hold figures, and where it is."""

    names: tuple[str, ...]
    figures: frozenset[str]
    time_zone: str


def plain_copy(path: Path, wanted: Wanted, asked: ReadAs) -> PlainFile:
    """The file's rows in a plain copy in a temporary file of this user alone, which goes with
    what is returned.

    Raises UnreadableReceipts.
    """
    if asked.delimiter is not None and not IS_DELIMITER(asked.delimiter):
        raise UnreadableReceipts(
            f"{asked.delimiter!r} cannot stand between cells; give one character, such as ';'"
        )
    encoding = _known_encoding(asked.encoding) if asked.encoding else _encoding_of(path, wanted)
    lines = _Lines(path, encoding)
    head = [line for line, _ in zip(lines, range(LONGEST_PREAMBLE), strict=False)]
    delimiter, skipped, header = _header(head, wanted.names, asked.delimiter)
    cells = [_same(name) for name in header]
    places = {name: cells.index(_same(name)) for name in wanted.names if _same(name) in cells}
    with ExitStack() as stack:
        scratch = ScratchFile()
        stack.callback(scratch.remove)
        copy = PlainFile(
            scratch=scratch,
            read_as=ReadAs(encoding=encoding, delimiter=delimiter, decimal=asked.decimal),
            columns=tuple(header),
            found=set(places),
        )
        if len(places) == len(wanted.names):
            lines = _Lines(path, encoding)
            records = _Records(iter(lines), delimiter, len(header), skipped).read(header)
            mark = _written(copy, records, places, wanted.figures)
            copy.read_as = replace(copy.read_as, decimal=asked.decimal or mark)
        stack.pop_all()
    return copy


def _written(
    copy: PlainFile,
    records: Iterator[tuple[int, list[str] | str]],
    places: dict[str, int],
    figures: frozenset[str],
) -> str:
    """Writes the rows; how decimals are marked in them."""
    marks = {".": 0, ",": 0}
    with copy.path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["__row", "__line", *places])
        for row, (line, record) in enumerate(records, start=1):
            if isinstance(record, str):
                copy.bad.append(BadRow(row=row, line=line, reason=record))
                continue
            told = {name: record[at] for name, at in places.items()}
            for name in figures & told.keys():
                if (mark := decimal_mark(told[name])) is not None:
                    marks[mark] += 1
            out.writerow([row, line, *told.values()])
    return "," if marks[","] > marks["."] else "."


class _Lines:
    """The lines of a file, without their ends."""

    def __init__(self, path: Path, encoding: str) -> None:
        self._path, self._encoding = path, encoding

    def __iter__(self) -> Iterator[str]:
        try:
            with self._path.open(encoding=self._encoding, errors="replace", newline=None) as file:
                for line in file:
                    yield line.rstrip("\n")
        except (OSError, UnicodeError) as error:
            raise UnreadableReceipts(f"cannot read {self._path}: {in_words(error)}") from error


@dataclass(slots=True)
class _Records:
    """The rows below the header, each a list of cells or why it is none."""

    lines: Iterator[str]
    delimiter: str
    width: int
    skipped: int

    def read(self, header: list[str]) -> Iterator[tuple[int, list[str] | str]]:
        """Each row with its line in the file. Empty ones and headers that come again are none."""
        pending: list[tuple[int, str]] = []
        numbered = enumerate(self.lines, start=1)
        while True:
            at, line = pending.pop(0) if pending else next(numbered, (0, ""))
            if at == 0:
                return
            if at <= self.skipped or not line.strip(f"{self.delimiter} \t\x00"):
                continue
            more = [line]
            while '"' in line and "\n".join(more).count('"') % 2 and len(more) < LONGEST_CELL_LINES:
                number, following = pending.pop(0) if pending else next(numbered, (0, ""))
                if number == 0:
                    break
                more.append(following)
            record = self._record(more)
            if len(more) > 1 and (isinstance(record, str) or self._are_rows(more)):
                # A mark that is never closed must not swallow the rows below it.
                pending = [(at + n, one) for n, one in enumerate(more[1:], start=1)] + pending
                record = self._record([line])
            if record != header:
                yield at, record

    def _are_rows(self, lines: list[str]) -> bool:
        """Whether each line is a whole row by itself, its quotation marks taken as they stand."""
        return all(len(self._cells([line], is_quoted=False)) == self.width for line in lines)

    def _cells(self, lines: list[str], *, is_quoted: bool) -> list[str]:
        """The cells of one row; none where its quotation marks make no sense."""
        reader = csv.reader(
            (f"{line}\n" for line in lines),
            delimiter=self.delimiter,
            quoting=csv.QUOTE_MINIMAL if is_quoted else csv.QUOTE_NONE,
            strict=is_quoted,
        )
        try:
            cells = next(reader, [])
        except csv.Error:
            return []
        if reader.line_num != len(lines):
            return []
        while len(cells) > self.width and not cells[-1].strip():
            cells.pop()
        return cells

    def _record(self, lines: list[str]) -> list[str] | str:
        """The row, or why it is none."""
        if any("\ufffd" in line for line in lines):
            return "it has bytes that are no text in this encoding; give --encoding"
        # Marks that make sense are what they are: a row cut short with a delimiter in a text would
        # else be whole, and tell a piece of the text as somebody's number.
        cells = self._cells(lines, is_quoted=True) or self._cells(lines, is_quoted=False)
        if len(cells) == self.width:
            return cells
        return f"it has {len(cells)} cells, the header has {self.width}"


def _header(
    head: list[str], names: tuple[str, ...], delimiter: str | None
) -> tuple[str, int, list[str]]:
    """The delimiter, how many lines end with the header, and the header's cells."""
    best: tuple[int, int, str, int, list[str]] | None = None
    for number, line in enumerate(head, start=1):
        for one in (delimiter,) if delimiter else DELIMITERS:
            cells = _header_cells(line, one)
            known = {_same(cell) for cell in cells}
            found = sum(_same(name) in known for name in names)
            if best is None or (found, len(cells) if number == 1 else 0) > best[:2]:
                best = (found, len(cells), one, number, cells)
    if best is None:
        raise UnreadableReceipts("the file is empty")
    return best[2], best[3], best[4]


def _header_cells(line: str, delimiter: str) -> list[str]:
    """The cells of a line that may be the header; none where a cell is longer than any name."""
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), [])]
    except csv.Error:
        return []


def _same(name: str) -> str:
    """A column's name without case, outer spaces and what cannot be seen."""
    plain = unicodedata.normalize("NFKC", name).replace("\ufeff", "")
    return " ".join(plain.casefold().split())


def _known_encoding(name: str) -> str:
    try:
        found = codecs.lookup(name)
        # Some are no text: "hex" and "base64" make bytes of bytes.
        "".encode(found.name).decode(found.name)
        return found.name
    except (LookupError, ValueError) as error:
        raise UnreadableReceipts(
            f"there is no encoding {name!r}; use one such as gb18030"
        ) from error


def _encoding_of(path: Path, wanted: Wanted) -> str:
    """The encoding by its mark; UTF-8 where all of it is; else what the text looks most like."""
    try:
        with path.open("rb") as file:
            start = file.read(4)
            marked = next((name for mark, name in _MARKS if start.startswith(mark)), None)
            if marked is not None:
                return marked
            sample = _beyond_ascii(path)
    except OSError as error:
        raise UnreadableReceipts(f"cannot read {path}: {error.strerror}") from error
    if sample is None:
        return "utf-8"
    return _guess(sample, _HOME.get(country_of_zone(wanted.time_zone) or ""))


def _beyond_ascii(path: Path) -> bytes | None:
    """Lines of a file that is not UTF-8 that have other bytes than ASCII; None for UTF-8."""
    decoder, is_utf8, sample = codecs.getincrementaldecoder("utf-8")(), True, b""
    with path.open("rb") as file:
        for line in file:
            if not line.isascii():
                if len(sample) < SAMPLED_BYTES:
                    sample += line
                elif not is_utf8:
                    break
            if is_utf8:
                try:
                    decoder.decode(line)
                except UnicodeDecodeError:
                    is_utf8 = False
    return None if is_utf8 else sample


def _guess(sample: bytes, home: str | None) -> str:
    """The encoding of a text that is none in UTF-8, not even with a few spoiled bytes."""
    if sample.decode("utf-8", "replace").count("\ufffd") * 20 < len(
        re.findall(rb"[\xc2-\xf4][\x80-\xbf]", sample)
    ):
        return "utf-8"
    runs = re.findall(rb"[\x80-\xff][\x40-\xff]*", sample)
    is_eastern = sum(map(len, runs)) >= 3.5 * len(runs)
    if is_eastern:
        shares = {name: _share(sample, name) for name in _EASTERN}
        shares["cp932"] = _share_of_kana(sample)
        best = max(shares, key=lambda name: (shares[name], name == home, name == "gb18030"))
        if shares[best] > 0.8:
            return best
    from charset_normalizer import from_bytes

    found = from_bytes(sample, cp_isolation=list(_SINGLE)).best()
    western = _decoded(sample, "cp1252")
    letters = [one for one in western or "" if not one.isascii()]
    if letters and sum(one.isalpha() or one in "€£§°´–" for one in letters) == len(letters):
        return "cp1252" if not found or found.encoding in ("cp1250", "cp1254") else found.encoding
    return found.encoding if found else "cp1252"


def _decoded(sample: bytes, encoding: str) -> str | None:
    try:
        return sample.decode(encoding)
    except UnicodeDecodeError:
        return None


def _share(sample: bytes, encoding: str) -> float:
    """The share of a text's characters beyond ASCII that are frequent ones of this encoding."""
    text = _decoded(sample, encoding)
    firsts = [one.encode(encoding)[0] for one in text or "" if ord(one) > 0x2FFF]
    low, high = _EASTERN[encoding]
    frequent = sum(low <= one <= high or one in (0xA1, 0xA3) for one in firsts)
    return frequent / len(firsts) if firsts else 0.0


def _share_of_kana(sample: bytes) -> float:
    """The share of Japanese text, which has kana, among what is not ASCII."""
    others = [one for one in _decoded(sample, "cp932") or "" if not one.isascii()]
    kana = sum(0x3040 <= ord(one) <= 0x30FF for one in others)
    return 1.0 if others and kana >= len(others) / 4 else 0.0
