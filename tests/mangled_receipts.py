"""Receipt lines written as programs and spreadsheets write them, with voids, returns, exchanges and
spoiled rows among them; and what is in them beside."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random


@dataclass(frozen=True, slots=True, kw_only=True)
class TruthLine:
    """One line that has to be booked, signed as it counts."""

    store: str
    number: str
    kind: str
    at: datetime
    code: str
    quantity: Decimal
    amount: Decimal
    member: str
    voids: str = ""
    """The receipt that this one takes back, where the file says it."""

    @property
    def is_booked(self) -> bool:
        return self.kind != "void" or bool(self.voids)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dress:
    """How a file is written."""

    name: str
    encoding: str
    delimiter: str
    header: tuple[str, ...]
    kinds: dict[str, str]
    is_comma: bool = False
    thousands: str = ""
    negative: str = "-{}"
    day: str = "%Y-%m-%d"
    time: str = "%H:%M:%S"
    is_spreadsheet: bool = False

    def number(self, value: Decimal) -> str:
        """A figure as this file writes it."""
        text = f"{abs(value):,}" if self.thousands else f"{abs(value)}"
        marks = {",": self.thousands, ".": "," if self.is_comma else "."}
        text = "".join(marks.get(one, one) for one in text)
        return self.negative.format(text) if value < 0 else text


PLAIN = Dress(
    name="square",
    encoding="utf-8-sig",
    delimiter=",",
    header=(
        "Shop",
        "Ticket",
        "Type",
        "Date",
        "Time",
        "SKU",
        "Item",
        "Qty",
        "Net",
        "Customer",
        "Voids",
    ),
    kinds={"sale": "Sale", "return": "Refund", "void": "Void"},
    thousands=",",
    negative="({})",
)
GERMAN = Dress(
    name="german",
    encoding="cp1252",
    delimiter=";",
    header=(
        *("Filiale", "Belegnr", "Vorgang", "Datum", "Uhrzeit", "EAN", "Bezeichnung", "Menge"),
        *("Betrag", "Kundennr", "Storno zu"),
    ),
    kinds={"sale": "Verkauf", "return": "Rückgabe", "void": "Storno"},
    is_comma=True,
    thousands=".",
    negative="{}-",
    day="%d.%m.%Y",
)
CHINESE = Dress(
    name="chinese",
    encoding="gb18030",
    delimiter="\t",
    header=(
        *("门店编号", "小票号", "交易类型", "交易日期", "交易时间", "商品条码", "商品名称", "数量"),
        *("实收金额", "会员号", "被作废小票号"),
    ),
    kinds={"sale": "销售", "return": "退货", "void": "作废"},
    negative="−{}",
    day="%Y/%m/%d",
    is_spreadsheet=True,
)
NAMELESS = "does not say which receipt it takes back"
NAMES = {"square": "Tea, green", "german": "Käse „jung“", "chinese": "乌龙茶"}


def mapping_words(dress: Dress) -> dict[str, object]:
    """What a mapping of such a file says."""
    names = ("store", "receipt", "kind", "ended_at", "time", "code", "description", "quantity")
    return {
        "name": dress.name,
        "tenant_id": "chain",
        "tenant_name": "Chain",
        "currency": "USD",
        "store_time_zone": "America/New_York",
        "code_kind": "store" if not dress.is_spreadsheet else "gtin",
        "columns": dict(zip((*names, "amount", "identity", "voids"), dress.header, strict=True)),
        "identity": {"kind": "member"},
    }


def with_changes(sales: Sequence[TruthLine], rng: Random) -> list[TruthLine]:
    """The sales, and for some baskets a return of a line, a void of all, or an exchange. Of four
    voids one does not say of what. They stand before their sales as often as behind."""
    baskets: dict[tuple[str, str, datetime], list[TruthLine]] = {}
    for line in sales:
        baskets.setdefault((line.store, line.number, line.at), []).append(line)
    made = list(sales)
    for (_, number, _), lines in baskets.items():
        later = lines[0].at + timedelta(minutes=5)
        back = [replace(one, at=later, quantity=-one.quantity, amount=-one.amount) for one in lines]
        match rng.randrange(20):
            case 0:
                made += [replace(back[0], number=f"{number}0008", kind="return")]
            case 1:
                named = number if rng.random() < 0.75 else ""
                void = [
                    replace(one, number=f"{number}0009", kind="void", voids=named) for one in back
                ]
                made = [*void, *made] if rng.random() < 0.5 else [*made, *void]
            case 2:
                price, other = Decimal("1234.56"), rng.choice(sales).code
                given = replace(lines[0], number=f"{number}0007", amount=price, code=other)
                given = replace(given, at=later, quantity=Decimal(1))
                made += [replace(back[0], number=f"{number}0007", kind="sale"), given]
    return made


def write(
    path: Path, dress: Dress, lines: Iterable[TruthLine], rng: Random, *, spoiled: float = 0.02
) -> dict[int, str]:
    """Writes the lines so; what cannot be booked (voids, and what was spoiled on purpose), by line
    of the file, with a word of the reason that has to be given for it."""
    good = [(line, _cells(dress, line, rng)) for line in lines]
    rows: list[tuple[bytes, str]] = []
    for line, cells in good:
        rows.append((_encoded(dress, cells), "" if line.is_booked else NAMELESS))
        if rng.random() < spoiled:
            rows.append(_spoil(dress, cells, rng))
    with path.open("wb") as file:
        file.write(_encoded(dress, dress.header, is_first=True))
        file.writelines(raw for raw, _ in rows)
    return {number: reason for number, (_, reason) in enumerate(rows, start=2) if reason}


def _cells(dress: Dress, line: TruthLine, rng: Random) -> list[str]:
    quantity, amount = line.quantity, line.amount
    if line.kind in ("return", "void") and rng.random() < 0.5:
        # Half of all programs leave the sign to the word.
        quantity, amount = -quantity, -amount
    member, code, voids = line.member, line.code, line.voids
    if dress.is_spreadsheet:
        member = rng.choice((member, f"{member}.0", f"'{member}"))
        code = rng.choice((code, f"{code}.0", f"'{code}", f'="{code}"'))
        voids = voids and rng.choice((voids, f"{voids}.0", f"'{voids}", f'="{voids}"'))
    return [
        *(line.store, line.number, dress.kinds[line.kind]),
        *(line.at.strftime(dress.day), line.at.strftime(dress.time), code, NAMES[dress.name]),
        *(dress.number(quantity), dress.number(amount), member, voids),
    ]


def _spoil(dress: Dress, cells: Sequence[str], rng: Random) -> tuple[bytes, str]:
    """A row like this one that cannot be booked, and a word of why."""
    quantity, amount = len(cells) - 4, len(cells) - 3
    changed, reason = rng.choice(
        [
            ({amount: "abc"}, "amount 'abc' is not a number"),
            ({quantity: "NaN"}, "quantity 'NaN' is not a number"),
            ({amount: "1,2,3.4.5"}, "is not a number"),
            ({3: "yesterday"}, "is not readable"),
            ({3: "2026-13-45"}, "is not readable"),
            ({1: ""}, "no receipt number"),
            ({5: "NULL"}, "no product code"),
            ({2: "???"}, "is not known"),
            ({quantity: "9" * 20}, "is not a usable number"),
            (None, "cells, the header has"),
        ]
    )
    if changed is None:
        short = rng.randrange(1, len(cells) - 1)
        cut = list(cells[:short]) if rng.random() < 0.5 else [*cells, "more", "more"]
        return _encoded(dress, cut), reason
    return _encoded(dress, [changed.get(at, cell) for at, cell in enumerate(cells)]), reason


def _encoded(dress: Dress, cells: Sequence[str], *, is_first: bool = False) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=dress.delimiter, lineterminator="\r\n").writerow(cells)
    encoding = dress.encoding if is_first else dress.encoding.removesuffix("-sig")
    return out.getvalue().encode(encoding)
