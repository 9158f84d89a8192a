"""From what was scanned to a receipt's lines: codes, weights, signs and cents. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from device_profiles.store import ProductProfile
from device_profiles.values.code_layouts import DEFAULT_LAYOUTS
from device_profiles.values.codes import ScannedCode, item_key, read_code
from device_profiles.values.money import InvalidMoney, exact_money, plain, rounded_money
from device_profiles.values.units import UnknownUnit, parse_unit
from edge_agent.core.errors import EdgeError
from edge_agent.till.requests import LineRequest
from sync.events import ReceiptLine

GRAM = Decimal("0.001")
"""Of a kilogram."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCodes:
    """A chain's own codes: its products by `item_key`, and the layouts of what it prints into
    codes of restricted circulation."""

    products: Mapping[str, ProductProfile] = field(default_factory=dict)
    layouts: tuple[str, ...] = DEFAULT_LAYOUTS

    @classmethod
    def of(cls, products: Iterable[ProductProfile], layouts: tuple[str, ...]) -> "OwnCodes":
        """The own codes among a device's products."""
        coded = {item_key(one.item_code): one for one in products if one.item_code}
        return cls(products=coded, layouts=layouts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a receipt's lines are in: the till's currency; a return's figures are given positive and
    booked negative."""

    currency: str
    is_return: bool = False

    @property
    def sign(self) -> int:
        """-1 on a return."""
        return -1 if self.is_return else 1


def price_line(
    request: LineRequest,
    *,
    number: int,
    terms: Terms,
    own: OwnCodes,
    prices: Mapping[str, Decimal],
) -> PricedLine:
    """The receipt line for `request`, in the money and with the sign of its `terms`. A price that
    is not given is that of the GTIN in `prices`; money is rounded half up to what the currency has.

    A code of the chain's own may say its weight, price or pieces: the product is looked up in
    `own` by the item in it. A code that is no GTIN is kept as it is, with a warning where it looks
    like one: a sale that happened is never refused for its code.
    Raises UnusableLine.
    """
    scan = read_code(request.code, own.layouts)
    gtin, warning = _product_of(scan, request.code, own)
    unit_price = request.unit_price if request.unit_price is not None else prices.get(gtin or "")
    inside, unit = _quantity_inside(scan, unit_price)
    quantity = request.quantity if request.quantity is not None else inside
    if quantity is None:
        raise UnusableLine(
            f"line {number}: give a quantity (only codes with a weight or price know their own)"
        )
    sign = terms.sign
    if terms.is_return and quantity < 0:
        raise UnusableLine(f"line {number}: a return's quantity is given positive, not {quantity}")
    if unit_price is None and scan.price is not None:
        unit_price = scan.price
    if unit_price is None:
        raise UnusableLine(
            f"line {number}: give a unit_price; no price list here has one for"
            f" {gtin or request.code}"
        )
    exact = request.amount
    if exact is None and request.quantity is None and scan.price is not None:
        exact = scan.price - request.discount
    if exact is None:
        exact = quantity * unit_price - request.discount
    try:
        unit = parse_unit(request.unit).name if request.unit else unit
        amount = exact_money(rounded_money(exact, terms.currency), terms.currency)
    except (InvalidMoney, UnknownUnit) as error:
        raise UnusableLine(f"line {number}: {error}") from error
    if request.amount is not None and amount != exact:
        warning = f"{plain(exact)} {terms.currency} is booked as {plain(amount)}"
    line = ReceiptLine(
        line=number,
        code=request.code,
        gtin=gtin,
        description=request.description,
        quantity=sign * quantity,
        unit=unit,
        unit_price=unit_price,
        discount=sign * request.discount,
        amount=sign * amount,
        return_of=request.return_of,
    )
    return PricedLine(line=line, warning=f"line {number}: {warning}" if warning else None)


def _product_of(scan: ScannedCode, code: str, own: OwnCodes) -> tuple[str | None, str]:
    """The GTIN of what was scanned, and a warning, each where there is one."""
    if scan.gtin is not None:
        return scan.gtin, ""
    product = own.products.get(item_key(scan.item_code or code))
    if product is not None:
        return product.gtin, ""
    if scan.problem:
        return None, f"{scan.problem}; kept as the store's own code"
    if scan.item_code is not None:
        return None, f"no product has the item code {scan.item_code}"
    return None, ""


def _quantity_inside(scan: ScannedCode, unit_price: Decimal | None) -> tuple[Decimal | None, str]:
    """The quantity that a code says of itself, if it does, and the unit in which a line of it is
    told. A price inside is divided by what a kilogram costs; one piece where that is not known."""
    if scan.weight_g is not None:
        return (scan.weight_g / 1000).quantize(GRAM, ROUND_HALF_UP), "kg"
    if scan.price is not None:
        if unit_price:
            return (scan.price / unit_price).quantize(GRAM, ROUND_HALF_UP), "kg"
        return Decimal(1), "each"
    return scan.pieces, "each"


def business_day_of(at: datetime, *, zone: ZoneInfo, register_closes_at_h: int) -> date:
    """The business day of `at`: the local date, where the hours before the register closes still
    belong to the day before."""
    local = at.astimezone(zone).replace(tzinfo=None)
    return (local - timedelta(hours=register_closes_at_h)).date()
