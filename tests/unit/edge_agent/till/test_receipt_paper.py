"""A receipt's lines on paper."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from device_profiles.device import PrinterSettings
from edge_agent.till.receipt_paper import lines_of, opens_drawer
from sync.events import Receipt, ReceiptLine, ReceiptType, Tender

RECEIPT = Receipt(
    workstation_id="till-1",
    business_day=date(2026, 11, 22),
    sequence=7,
    ended_at=datetime(2026, 11, 22, 4, 5, tzinfo=UTC),
    currency="CNY",
    lines=(
        ReceiptLine(
            line=1,
            code="6901234567892",
            description="牛奶",
            quantity=Decimal(2),
            unit_price=Decimal("3.5"),
            discount=Decimal("0.5"),
            amount=Decimal("6.50"),
        ),
        ReceiptLine(
            line=2,
            code="77",
            quantity=Decimal("0.250"),
            unit="kg",
            unit_price=Decimal(8),
            amount=Decimal(2),
        ),
    ),
    tenders=(Tender(kind="cash", amount=Decimal("8.50")),),
)


def text(receipt: Receipt, *, is_copy: bool = False, **settings: object) -> list[str]:
    chosen = PrinterSettings.model_validate({"address": "dummy:"} | settings)
    lines = lines_of(receipt, chosen, zone=ZoneInfo("Asia/Shanghai"), is_copy=is_copy)
    return [" | ".join(filter(None, (one.left, one.middle, one.right))) for one in lines]


def test_a_receipt_is_told_line_by_line_in_the_store_s_time() -> None:
    assert text(RECEIPT, header=["Corner Shop"], footer=["VAT included"], width=24) == [
        "Corner Shop",
        "2026-11-22 12:05",
        "Receipt | till-1/2026-11-22/7",
        "-" * 24,
        "牛奶",
        "  2 x 3.5 | 6.50",
        "  Discount -0.5",
        "77",
        "  0.250 kg x 8 | 2.00",
        "-" * 24,
        "Total | CNY 8.50",
        "cash | 8.50",
        "VAT included",
    ]


def test_copies_returns_and_voids_say_what_they_are_in_the_shop_s_language() -> None:
    back = RECEIPT.model_copy(update={"type": ReceiptType.RETURN})
    assert text(back, is_copy=True, language="zh")[:2] == ["副本", "退货"]
    assert "VOID" in text(RECEIPT.model_copy(update={"type": ReceiptType.VOID}))


def test_the_drawer_opens_for_cash_and_on_request_and_prints_nothing_then() -> None:
    opened = RECEIPT.model_copy(update={"type": ReceiptType.NO_SALE, "lines": (), "tenders": ()})
    assert text(opened) == []
    card = RECEIPT.model_copy(update={"tenders": (Tender(kind="card", amount=Decimal("8.5")),)})
    assert (opens_drawer(opened), opens_drawer(RECEIPT), opens_drawer(card)) == (True, True, False)
