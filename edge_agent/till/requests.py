"""What a POS may say to the till: the HTTP bodies. Closed models; money and quantities exact."""

import re
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from device_profiles.names import Identifier
from device_profiles.values.bounds import Label, Moment, Money, Quantity, ReceiptNumber, Text, Word
from device_profiles.values.codes import ProductCode
from device_profiles.values.money import plain
from sync.events import LineReference
from sync.events.sales import IDENTITIES_MOST, LINES_MOST, TENDERS_MOST


def _has_four_places(value: Decimal) -> Decimal:
    if value != round(value, 4):
        raise ValueError("at most four decimal places; round it at the till")
    # 1E+1 is 10 from here on.
    return Decimal(plain(value))


Exact = Annotated[Money, AfterValidator(_has_four_places)]
"""Money; give it as text ("3.50") so that no float comes between."""

LOCATION = (
    r"^([a-z0-9-]{1,40}/)?(floor|back-room)$|^(customer|supplier|loss|adjustment|in-transit)$"
)


def _is_known_place(where: str) -> str:
    if not re.fullmatch(LOCATION, where):
        raise ValueError(
            f"location {where!r} is not known: floor or back-room of this store, STORE/floor or"
            " STORE/back-room of another, supplier, customer, loss, adjustment or in-transit"
        )
    return where


Location = Annotated[str, Field(max_length=80), AfterValidator(_is_known_place)]
"""Where goods are, or where they came from and went to."""

Pieces = Annotated[Quantity, AfterValidator(_has_four_places)]
"""A quantity, as exact as money."""


class Request(BaseModel):
    """Base of the bodies: a misspelt field is refused, not dropped."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class LineRequest(Request):
    """One line. `quantity` may be left out for a weight-embedded code, `unit_price` for a product
    of the price list that the hub sent; `amount` may be left out anywhere: then it is quantity x
    unit_price - discount, rounded half up to the minor units of the till's currency."""

    code: Word = Field(min_length=1)
    description: Text = ""
    quantity: Pieces | None = None
    unit: Label = Field(default="", max_length=20)
    unit_price: Exact | None = None
    discount: Exact = Decimal(0)
    amount: Exact | None = None
    return_of: LineReference | None = None


class TenderRequest(Request):
    """One payment."""

    kind: Label = Field(min_length=1)
    amount: Exact


class IdentityRequest(Request):
    """A handle the shopper showed."""

    kind: str = Field(pattern=r"^[a-z0-9-]{1,40}$")
    value: Text = Field(min_length=1)


class SaleRequest(Request):
    """A sale or a return. `ended_at` is for receipts the POS had kept back; else it is now."""

    lines: tuple[LineRequest, ...] = Field(min_length=1, max_length=LINES_MOST)
    tenders: tuple[TenderRequest, ...] = Field(default=(), max_length=TENDERS_MOST)
    identities: tuple[IdentityRequest, ...] = Field(default=(), max_length=IDENTITIES_MOST)
    ended_at: Moment | None = None
    sequence: ReceiptNumber | None = None


class ReceiptKey(Request):
    """A receipt of this store: the ARTS key without the store."""

    workstation_id: Identifier
    business_day: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    sequence: ReceiptNumber


class VoidRequest(Request):
    """The receipt that is to count as never sold."""

    receipt: ReceiptKey
    ended_at: Moment | None = None


class NoSaleRequest(Request):
    """The drawer was opened without a sale."""

    reason: Text = ""
    ended_at: Moment | None = None


class StockMoveRequest(Request):
    """Goods went from one location to another: `floor` and `back-room` of this store or, in full,
    of another; or the virtual `supplier`, `customer`, `loss`, `adjustment`, `in-transit`."""

    gtin: ProductCode
    quantity: Pieces = Field(gt=0)
    from_location: Location
    to_location: Location
    reason: str = Field(pattern=r"^[a-z0-9-]{1,40}$")
    moved_at: Moment | None = None
    reference: Text = ""


class StockCountRequest(Request):
    """Somebody counted a product at a location."""

    gtin: ProductCode
    location: Location
    quantity: Pieces = Field(ge=0)
    counted_at: Moment | None = None
