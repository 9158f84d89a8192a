"""A receipt → the lines that a shopper gets on paper. Pure."""

from collections.abc import Mapping
from decimal import Decimal
from zoneinfo import ZoneInfo

from device_profiles.device import PrinterSettings
from device_profiles.values.money import plain, rounded_money
from edge_agent.drivers.escpos_paper import PaperLine
from edge_agent.till.receipt_book import name_of, rounding_of
from edge_agent.till.reporting import total_of
from sync.events import Receipt, ReceiptLine, ReceiptType

WORDS: dict[str, Mapping[str, str]] = {
    "en": {
        "copy": "COPY",
        "return": "RETURN",
        "void": "VOID",
        "total": "Total",
        "rounding": "Rounding",
        "discount": "Discount",
        "number": "Receipt",
    },
    "zh": {
        "copy": "副本",
        "return": "退货",
        "void": "作废",
        "total": "合计",
        "rounding": "舍入",
        "discount": "优惠",
        "number": "小票",
    },
}
CASH = "cash"


def lines_of(
    receipt: Receipt, settings: PrinterSettings, *, zone: ZoneInfo, is_copy: bool
) -> list[PaperLine]:
    """What is printed of a receipt; nothing of an opened drawer. Tax stands there only where the
    shop's own footer tells it: a till's receipt does not know it."""
    if receipt.type is ReceiptType.NO_SALE:
        return []
    words = WORDS[settings.language]
    lines = [PaperLine(middle=one) for one in settings.header]
    if is_copy:
        lines.append(PaperLine(middle=words["copy"]))
    if receipt.type in (ReceiptType.RETURN, ReceiptType.VOID):
        lines.append(PaperLine(middle=words[receipt.type.value]))
    ended = receipt.ended_at.astimezone(zone)
    lines.append(PaperLine(left=f"{ended:%Y-%m-%d %H:%M}"))
    lines.append(PaperLine(left=words["number"], right=name_of(receipt)))
    lines.append(_rule(settings))
    for line in receipt.lines:
        lines += _of_line(line, receipt.currency, words)
    lines.append(_rule(settings))
    rounding = rounding_of(receipt)
    if rounding:
        lines.append(PaperLine(left=words["rounding"], right=_money(rounding, receipt.currency)))
    total = _money(total_of(receipt.lines) + rounding, receipt.currency)
    lines.append(PaperLine(left=words["total"], right=f"{receipt.currency} {total}"))
    lines += [
        PaperLine(left=one.kind, right=_money(one.amount, receipt.currency))
        for one in receipt.tenders
    ]
    return lines + [PaperLine(middle=one) for one in settings.footer]


def opens_drawer(receipt: Receipt) -> bool:
    """Whether somebody must reach into the drawer: for cash, or because it was asked for."""
    return receipt.type is ReceiptType.NO_SALE or any(one.kind == CASH for one in receipt.tenders)


def _of_line(line: ReceiptLine, currency: str, words: Mapping[str, str]) -> list[PaperLine]:
    unit = "" if line.unit == "each" else f" {line.unit}"
    how_many = f"  {plain(line.quantity)}{unit} x {plain(line.unit_price)}"
    lines = [
        PaperLine(left=line.description or line.code),
        PaperLine(left=how_many, right=_money(line.amount, currency)),
    ]
    if line.discount:
        lines.append(PaperLine(left=f"  {words['discount']} {plain(-line.discount)}"))
    return lines


def _money(amount: Decimal, currency: str) -> str:
    return plain(rounded_money(amount, currency))


def _rule(settings: PrinterSettings) -> PaperLine:
    return PaperLine(left="-" * settings.width)
