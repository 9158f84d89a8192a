"""A shopper with a smart cart: scans, lays in, weighs, goes. By the cart's local HTTP API."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from http import HTTPStatus
from random import Random

import aiohttp

from device_profiles.store import ProductProfile, StoreProfile
from simulators.core.errors import SimulatorError

SHOPPERS_EVERY_S = (40.0, 90.0)
"""A cart is taken again after somewhere between these."""
ITEMS = (2, 5)
PIECE_G = (180, 1_100)
SCALE_NOISE_G = 3.0


class CartRefused(SimulatorError):
    """The cart did not take what was scanned or weighed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CartItem:
    """One piece of a product as it goes into a cart."""

    code: str
    description: str
    unit_price: Decimal
    weight_g: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CartTrip:
    """One shopper's way through the store, and what the scale shows at its end."""

    session_id: str
    items: tuple[CartItem, ...]
    measured_g: float


def goods_for_carts(
    store: StoreProfile, products: Sequence[ProductProfile]
) -> tuple[CartItem, ...]:
    """What a shopper may lay into a cart of `store`: packed goods, each of a weight of its own."""
    prices = {listing.gtin: listing.price for listing in store.listings}
    return tuple(
        CartItem(
            code=product.gtin,
            description=product.name.text("en"),
            unit_price=prices[product.gtin],
            weight_g=Random(product.gtin).randint(*PIECE_G),
        )
        for product in products
        if product.gtin in prices and not product.sold_by_weight
    )


def plan_trip(session_id: str, goods: Sequence[CartItem], rng: Random) -> CartTrip:
    """An honest trip: every piece is scanned, and the scale is a few grams off."""
    items = tuple(rng.sample(list(goods), k=min(len(goods), rng.randint(*ITEMS))))
    true_g = sum(item.weight_g for item in items)
    measured_g = max(0.0, round(true_g + rng.gauss(0.0, SCALE_NOISE_G), 1))
    return CartTrip(session_id=session_id, items=items, measured_g=measured_g)


class CartClient:
    """The API of one cart."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._base = f"{url}/v1/cart/sessions"

    async def go(self, trip: CartTrip) -> None:
        """The whole trip. Raises CartRefused with the cart's answer."""
        await self._post("", {"session_id": trip.session_id}, trip, "start")
        for number, item in enumerate(trip.items):
            document = {
                "code": item.code,
                "description": item.description,
                "quantity": "1",
                "unit_price": str(item.unit_price),
                "weight_g": item.weight_g,
            }
            await self._post(f"/{trip.session_id}/items", document, trip, f"item-{number}")
        last = {"weight_g": trip.measured_g}
        await self._post(f"/{trip.session_id}/close", last, trip, "close")

    async def _post(
        self, path: str, document: Mapping[str, object], trip: CartTrip, step: str
    ) -> None:
        headers = {"Idempotency-Key": f"{trip.session_id}/{step}"}
        url = self._base + path
        async with self._session.post(url, json=document, headers=headers) as answer:
            if answer.status not in (HTTPStatus.CREATED, HTTPStatus.OK):
                text = (await answer.text())[:300]
                raise CartRefused(f"the cart answered {answer.status} to {step}: {text}")
