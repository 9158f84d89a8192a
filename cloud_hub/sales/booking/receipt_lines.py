"""One line of a receipt: its product, how many items it is, what it takes from the floor."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from cloud_hub.core.exact import rounded
from cloud_hub.core.projection import Fact
from cloud_hub.sales.booking.product_codes import Codes
from cloud_hub.sales.booking.voids import receipt_name
from cloud_hub.stock.ledger import location_id
from device_profiles.values.codes import read_code
from device_profiles.values.units import EACH, Dimension, known_unit
from sync.events import Receipt, ReceiptLine, ReceiptType

MOVES_STOCK = frozenset({ReceiptType.SALE, ReceiptType.RETURN, ReceiptType.PICK_UP})
GRAMS_PER_KG = 1000

Row = Mapping[str, Any]


def line_row(fact: Fact[Receipt], line: ReceiptLine, codes: Codes) -> dict[str, Any]:
    """The line as it is kept, but for the receipt's key."""
    source = line.return_of
    scanned = read_code(line.code, codes.layouts)
    return {
        "line": line.line,
        "store_id": fact.store_id,
        "business_day": fact.body.business_day,
        "code": line.code,
        "gtin": codes.catalogue.product_of(line.code, scanned, told=line.gtin),
        "description": line.description,
        "quantity": line.quantity,
        "unit": line.unit,
        # A unit price is what the printout divides to; the amount is what was paid.
        "unit_price": rounded(line.unit_price),
        "discount": line.discount,
        "amount": line.amount,
        "return_of": source and f"{receipt_name(fact.store_id, source)}/{source.line}",
        "units": _items(line),
    }


def _items(line: ReceiptLine) -> Decimal:
    """How many items a line is. One of a unit that nobody knows counts like a measured one: 1."""
    unit = known_unit(line.unit)
    if unit is None:
        return Decimal(line.quantity > 0) - Decimal(line.quantity < 0)
    return rounded(unit.items(line.quantity)) or Decimal(0)


def stock_moves(
    receipt: Row, lines: Iterable[Row], *, layouts: tuple[str, ...]
) -> Iterator[dict[str, Any]]:
    """What the lines of a receipt, as both are kept, take from the floor and bring back."""
    if receipt["type"] not in MOVES_STOCK:
        return
    floor = location_id(receipt["store_id"], "floor")
    for line in lines:
        quantity = rounded(_stock_quantity(line, layouts))
        if line["gtin"] is None or not quantity:
            continue
        is_return = line["return_of"] is not None or receipt["type"] == ReceiptType.RETURN
        back = quantity < 0
        if back and not is_return and line["amount"] == 0:
            # A till's stock correction: nothing says where the goods went.
            continue
        yield {
            "tenant_id": receipt["tenant_id"],
            "move_id": f"{receipt['source_event']}/{line['line']}",
            "store_id": receipt["store_id"],
            "gtin": line["gtin"],
            "quantity": abs(quantity),
            "from_location": "customer" if back else floor,
            "to_location": floor if back else "customer",
            "reason": "return" if back else "sale",
            "moved_at": receipt["ended_at"],
        }


def _stock_quantity(line: Row, layouts: tuple[str, ...]) -> Decimal:
    """How much of the product the line moves: pieces, kg of what is weighed, l of what is poured;
    nothing where its unit is none of goods."""
    unit, quantity = known_unit(line["unit"]), Decimal(line["quantity"])
    weight_g = read_code(line["code"], layouts).weight_g
    if weight_g is not None and unit is EACH:
        return quantity * weight_g / GRAMS_PER_KG
    if unit is None or unit.dimension is Dimension.TIME:
        return Decimal(0)
    return unit.in_base(quantity)
