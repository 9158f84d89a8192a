"""A store's goods between the supplier, the back room, the floor and the customer."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from simulators.chain.chain import facings_planned, par_units
from simulators.chain.goods import Good
from sync.events import StockMoved

NONE = Decimal(0)


class Stockroom:
    """What stands where in one store, as its ledger should know it. Every change but a sale is a
    StockMoved; a sale's move is the hub's, from the receipt."""

    def __init__(self, store_id: str, goods: Iterable[Good]) -> None:
        self.store_id = store_id
        self.goods = {good.gtin: good for good in goods}
        self.floor = dict.fromkeys(self.goods, NONE)
        self.back = dict.fromkeys(self.goods, NONE)
        facings = facings_planned()
        self._must_stay = {gtin: Decimal(facings.get(gtin, 1)) for gtin in self.goods}
        self._par = {gtin: Decimal(par_units(good)) for gtin, good in self.goods.items()}
        self._full = {
            gtin: Decimal(good.pack_units * facings.get(gtin, 1))
            for gtin, good in self.goods.items()
        }

    def can_take(self, gtin: str, quantity: Decimal) -> bool:
        """Whether a shopper takes it without emptying a facing: the simulated staff is quicker."""
        return self.floor[gtin] - quantity >= self._must_stay[gtin]

    def sell(self, gtin: str, quantity: Decimal) -> None:
        """Goods leave with a customer, or come back where `quantity` is negative."""
        self.floor[gtin] -= quantity

    def wants_refill(self, gtin: str) -> bool:
        """Whether staff would fetch more from the back room now."""
        return self.floor[gtin] <= self._must_stay[gtin] + 1 and self.back[gtin] > NONE

    def refill(self, gtin: str, at: datetime) -> StockMoved | None:
        """From the back room to the floor, up to the par level, so far as there is any."""
        quantity = min(self._par[gtin] - self.floor[gtin], self.back[gtin])
        if quantity <= NONE:
            return None
        self.back[gtin] -= quantity
        self.floor[gtin] += quantity
        return self._moved(gtin, quantity, ("back-room", "floor"), "refill", at)

    def deliver(self, gtin: str, quantity: Decimal, reason: str, at: datetime) -> StockMoved | None:
        """From the supplier to the back room."""
        if quantity <= NONE:
            return None
        self.back[gtin] += quantity
        return self._moved(gtin, quantity, ("supplier", "back-room"), reason, at)

    def open(self, at: datetime) -> list[StockMoved]:
        """The opening stock: back room full, floor at par."""
        moves: list[StockMoved] = []
        for gtin in self.goods:
            opening = self._full[gtin] + self._par[gtin]
            moves += _made(self.deliver(gtin, opening, "opening-stock", at), self.refill(gtin, at))
        return moves

    def morning(self, delivery_at: datetime, fill_at: datetime) -> list[StockMoved]:
        """Before the shop opens: what runs low is delivered, and the floor is filled."""
        deliveries: list[StockMoved | None] = []
        fills: list[StockMoved | None] = []
        for gtin in self.goods:
            if self.back[gtin] < self._full[gtin] / 2:
                missing = self._full[gtin] - self.back[gtin]
                deliveries.append(self.deliver(gtin, missing, "delivery", delivery_at))
            if self.floor[gtin] < self._par[gtin] * Decimal("0.7"):
                fills.append(self.refill(gtin, fill_at))
        return _made(*deliveries, *fills)

    def bring_back_room_to(self, gtin: str, units: int, at: datetime) -> list[StockMoved]:
        """The floor is filled and the back room then holds exactly `units`, by a delivery.

        Raises ValueError where it already holds more.
        """
        fill = self.refill(gtin, at)
        missing = Decimal(units) - self.back[gtin]
        if missing < NONE:
            raise ValueError(f"{self.store_id}: the back room holds more than {units} of {gtin}")
        return _made(fill, self.deliver(gtin, missing, "delivery", at))

    def _moved(
        self, gtin: str, quantity: Decimal, way: tuple[str, str], reason: str, at: datetime
    ) -> StockMoved:
        source, target = way
        return StockMoved(
            gtin=gtin,
            quantity=quantity,
            from_location=self._location(source),
            to_location=self._location(target),
            reason=reason,
            moved_at=at,
        )

    def _location(self, name: str) -> str:
        return name if name == "supplier" else f"{self.store_id}/{name}"


def _made(*moves: StockMoved | None) -> list[StockMoved]:
    return [move for move in moves if move is not None]
