"""Files of receipts: whatever stands in them, no row is lost and nothing is a traceback."""

import csv
import io
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from typer.testing import CliRunner

from aisle import build_app
from device_profiles.errors import AisleError
from edge_agent.till.imports.importing import Importing, import_receipts
from edge_agent.till.imports.reading import ReceiptFile
from sync.core.clock import ManualClock
from tests.fuzz.budget import Fuzz
from tests.stage.odd.every_kind import ODD
from tests.stage.odd.spoilt import spoilt
from tests.stage.odd.strange_requests import TEXTS
from tests.stage.receipts.invoices import HEADER, MAPPING

ROW = ("1", "536365", "1/12/2010 08:26", "85123A", "6", "2.55", "17850")
CELLS = (
    *TEXTS,
    *(str(odd) for odd in ODD if not isinstance(odd, dict | list)),
    "NULL",
    "nan",
    "6.9E+12",
    "80012345.0",
    '="6901234567892"',
    "'6901234567892",
    "-6",
    "1.234,56",
    "1/12/2010",
    "31/12/9999 23:59",
    "01/01/0001 00:00",
    'a "b',
    "a\nb",
    "a;b\tc",
    "€ 3,50",
    "x" * 140_000,
)
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def _odd_rows(rng: Random) -> list[list[str]]:
    """Up to eight rows, of which some are spoilt in some cells; none is empty."""
    rows = []
    for _ in range(rng.randint(1, 8)):
        row = list(ROW)
        row[1] = str(rng.randint(1, 4))
        for _ in range(rng.choice((0, 0, 1, 1, 2, 7))):
            row[rng.randrange(7)] = rng.choice(CELLS)
        if rng.random() < 0.1:
            row = row[: rng.randint(1, 6)] if rng.random() < 0.5 else [*row, "more", "and more"]
        rows.append(row if "".join(row).strip(", \t\0") else list(ROW))
    return rows


def _written(rng: Random, rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    text.write(HEADER.strip() + "\r\n")
    csv.writer(text).writerows(rows)
    encoding = rng.choice(("utf-8", "utf-8", "utf-8", "utf-8-sig"))
    return text.getvalue().encode(encoding, "replace")


def test_every_row_is_booked_or_refused(tmp_path: Path) -> None:
    path, data = tmp_path / "invoices.csv", tmp_path / "d"

    def tried(rng: Random) -> None:
        rows = _odd_rows(rng)
        path.write_bytes(_written(rng, rows))
        data.mkdir()
        importing = Importing(
            source=ReceiptFile(path, MAPPING, scratch=data),
            data_dir=data,
            clock=ManualClock(NOW),
            rng=Random(1),
            on_progress=lambda book: None,
            is_dry=rng.random() < 0.9,
        )
        try:
            book = import_receipts(importing, None)
        except AisleError as error:
            # Two stores that would be one: people say which is which, before anything is booked.
            if "would both be" in str(error):
                return
            raise AssertionError(f"one odd row cost the others: {error}: {rows}") from error
        finally:
            refused = (data / "refused.jsonl").read_text(encoding="utf-8").splitlines()
            shutil.rmtree(data)
        there = book.lines + book.moves + book.left_out + book.skipped + book.refused
        # A bad row over two lines may be told as two: a mark that is never closed swallows none.
        broken = sum(any("\n" in cell for cell in row) for row in rows)
        assert len(rows) <= there <= len(rows) + broken, (book, rows, refused)
        assert len([json.loads(line) for line in refused]) == book.refused

    Fuzz("rows of a CSV import").try_seeds(tried)


def test_no_file_of_receipts_gives_a_traceback(tmp_path: Path) -> None:
    path, data, runner = tmp_path / "invoices.csv", tmp_path / "d", CliRunner()
    app = build_app("pos")
    mapping = tmp_path / "mapping.toml"
    mapping.write_text('like = "german-pos"\n', encoding="utf-8")
    names = (
        "Belegnr;Datum;Uhrzeit;Kasse;Vorgang;EAN;Bezeichnung;Menge;Einheit;Einzelpreis;Rabatt;"
        "Gesamt;Kundennr\r\n"
    )
    row = "1;01.03.2026;12:00;1;;4006381333931;Stift;1;Stk;1,99;;1,99;\r\n"
    sound = {
        "german-pos": (names + row).encode(),
        str(mapping): (names + row).encode("utf-16"),
        "square-items": b"Date,Time,Item,Qty,Price Point Name,SKU\n2026-03-01,12:00,Tea,1,,1\n",
        "chinese-pos": "门店,单号,时间\n一,2,2026-03-01 12:00\n".encode("gb18030"),
    }

    def tried(rng: Random) -> None:
        which = rng.choice(list(sound))
        path.write_bytes(spoilt(rng, sound[which]))
        asked = ["pos", "import", str(path), "--mapping", which, "--data", str(data), "--json"]
        asked += rng.choice(([], [], ["--encoding", rng.choice(ENCODINGS)]))
        asked += rng.choice(([], [], ["--delimiter", rng.choice(DELIMITERS)]))
        answer = runner.invoke(app, asked)
        shutil.rmtree(data, ignore_errors=True)
        if not isinstance(answer.exception, SystemExit | None):
            raise AssertionError(asked, path.read_bytes()) from answer.exception

    Fuzz("files to `aisle pos import`").try_seeds(tried)


ENCODINGS = ("utf-8", "hex", "base64", "rot13", "undefined", "idna", "punycode", "gb18030", "x y")
DELIMITERS = (",", ";", "\t", "ab", "", '"', "\n", "\r", " ", "é", "\0")
