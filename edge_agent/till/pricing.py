"""From what was scanned to a receipt's lines: codes, weights, signs and cents. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from device_profiles.gtin import InvalidGtin, parse_scanned_code
from device_profiles.store import ProductProfile
from edge_agent.core.errors import EdgeError
from edge_agent.till.requests import LineRequest
from sync.events import ReceiptLine

CENT = Decimal("0.01")
GTIN_LENGTHS = (8, 12, 13, 14)


class UnusableLine(EdgeError):
    """A line that says too little to be sold; the message names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedLine:
    """A line ready for the receipt, and what was odd about it."""

    line: ReceiptLine
    warning: str | None


@dataclass(slots=True)
class PriceBook:
    """The prices in force, by GTIN; exchanged as a whole when the hub sends others."""

    by_gtin: Mapping[str, Decimal] = field(default_factory=dict)


def price_line(
    request: LineRequest,
    *,
    number: int,
    sign: int,
    weighed: Mapping[str, ProductProfile],
    prices: Mapping[str, Decimal],
) -> PricedLine:
    """The receipt line for `request`; `sign` is -1 on a return, whose figures are given positive.
    A price that is not given is that of the GTIN in `prices`.

    A code with prefix 20 says its weight: the product is looked up in `weighed` by its item code
    and the quantity is in kg. A code that is no GTIN is kept as it is, with a warning where it
    looks like one: a sale that happened is never refused for its code.
    Raises UnusableLine.
    """
    gtin, weight_kg, warning = _read_code(request.code, weighed)
    quantity = request.quantity if request.quantity is not None else weight_kg
    if quantity is None:
        raise UnusableLine(
            f"line {number}: give a quantity (only weight-embedded codes know their own)"
        )
    if sign < 0 and quantity < 0:
        raise UnusableLine(f"line {number}: a return's quantity is given positive, not {quantity}")
    unit_price = request.unit_price if request.unit_price is not None else prices.get(gtin or "")
    if unit_price is None:
        raise UnusableLine(
            f"line {number}: give a unit_price; no price list here has one for"
            f" {gtin or request.code}"
        )
    amount = request.amount
    if amount is None:
        amount = round_to_cent(quantity * unit_price - request.discount)
    line = ReceiptLine(
        line=number,
        code=request.code,
        gtin=gtin,
        description=request.description,
        quantity=sign * quantity,
        unit=request.unit or ("kg" if weight_kg is not None else "each"),
        unit_price=unit_price,
        discount=sign * request.discount,
        amount=sign * amount,
        return_of=request.return_of,
    )
    return PricedLine(line=line, warning=f"line {number}: {warning}" if warning else None)


def _read_code(
    code: str, weighed: Mapping[str, ProductProfile]
) -> tuple[str | None, Decimal | None, str | None]:
    """GTIN, weight in kg and a warning, each where there is one."""
    text = code.strip()
    if not (text.isascii() and text.isdigit() and len(text) in GTIN_LENGTHS):
        return None, None, None
    try:
        scanned = parse_scanned_code(text)
    except InvalidGtin as error:
        return None, None, f"{error}; kept as the store's own code"
    if scanned.item_code is None or scanned.weight_g is None:
        return scanned.gtin, None, None
    product = weighed.get(scanned.item_code)
    warning = None if product else f"no product has the item code {scanned.item_code}"
    return product.gtin if product else None, Decimal(scanned.weight_g) / 1000, warning


def round_to_cent(amount: Decimal) -> Decimal:
    """`amount` to two places, half away from zero, as a till prints it."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def business_day_of(at: datetime, *, zone: ZoneInfo, register_closes_at_h: int) -> date:
    """The business day of `at`: the local date, where the hours before the register closes still
    belong to the day before."""
    local = at.astimezone(zone).replace(tzinfo=None)
    return (local - timedelta(hours=register_closes_at_h)).date()
