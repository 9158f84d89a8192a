"""One simulated day of one store: visits, receipts and stock moves, as they are recorded."""

import heapq
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from simulators.chain.chain import CLOSES_H, CURRENCY, OPENS_H, Outlet
from simulators.chain.goods import Good, demonstration_goods, weighed_code
from simulators.chain.script import PlannedItem, PlannedReceipt, Script, SoldOut
from simulators.core.clock import DemoTime
from simulators.day.queues import rush_visits, without_others
from simulators.day.shoppers import Assortment, Visit, Wish, assortment_of, visits_of
from simulators.day.stockroom import NONE, Stockroom
from sync.events import (
    LineReference,
    Receipt,
    ReceiptLine,
    ReceiptType,
    ShopperIdentity,
    StockMoved,
    Tender,
)

WORKSTATION_ID = "till-1"
RETURN_SHARE = 0.006
REFILL_TAKES = timedelta(minutes=4)
SUBSTITUTES_TRIED = 3
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A receipt or a stock move, and when the till wrote it down."""

    at: datetime
    body: Receipt | StockMoved


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreDay:
    """What one store's day holds. `records` are ordered by their time of recording."""

    store_id: str
    day: date
    visits: tuple[Visit, ...]
    records: tuple[Recorded, ...]

    def receipts(self) -> list[Receipt]:
        """The receipts, in the order of recording."""
        return [record.body for record in self.records if isinstance(record.body, Receipt)]


@dataclass(slots=True, kw_only=True)
class _Draft:
    """A receipt before it has a number. `planned` is its name in the script."""

    at: datetime
    recorded_at: datetime
    lines: list[ReceiptLine]
    identities: tuple[ShopperIdentity, ...] = ()
    tender: str = "wechat-pay"
    type: ReceiptType = ReceiptType.SALE
    planned: str | None = None
    gives_back: "_Draft | None" = None
    number: int = 0


@dataclass(slots=True, kw_only=True)
class _Action:
    """Something that happens at a moment of the day; `refill` names a GTIN."""

    visit: Visit | None = None
    planned: PlannedReceipt | None = None
    sold_out: SoldOut | None = None
    refill: str | None = None
    gives_back: _Draft | None = None


@dataclass(slots=True)
class _Agenda:
    """Actions by time; equal times in the order they were added."""

    _heap: list[tuple[datetime, int, _Action]] = field(default_factory=list)
    _count: int = 0

    def add(self, at: datetime, action: _Action) -> None:
        heapq.heappush(self._heap, (at, self._count, action))
        self._count += 1

    def take(self) -> tuple[datetime, _Action] | None:
        if not self._heap:
            return None
        at, _, action = heapq.heappop(self._heap)
        return at, action


@dataclass(slots=True, kw_only=True)
class _Playing:
    """A day as it goes on: what is still to happen, and what has happened."""

    agenda: _Agenda
    drafts: list[_Draft] = field(default_factory=list)
    moves: list[StockMoved] = field(default_factory=list)


class StoreSimulation:
    """One store, day after day; the same seed, start and script give the same days."""

    def __init__(self, outlet: Outlet, time: DemoTime, script: Script, seed: int) -> None:
        goods = demonstration_goods()
        self.outlet = outlet
        self.stock = Stockroom(outlet.store_id, goods)
        self._goods = {good.gtin: good for good in goods}
        self._assortment: Assortment = assortment_of(goods)
        self._time = time
        self._script = script
        self._seed = seed
        self._opened = False
        self._never_refilled: set[str] = set()

    def play(self, day: date) -> StoreDay:
        """The next day. Days are played in order: the stock goes on from one to the next."""
        days_ago = (self._time.today - day).days
        rng = Random(f"{self._seed}/{self.outlet.store_id}/{days_ago}")
        visits = visits_of(self.outlet, day, self._time, self._assortment, rng)
        for rush in self._script.rushes:
            if rush.store_id == self.outlet.store_id:
                own_rng = Random(f"{self._seed}/{self.outlet.store_id}/rush/{days_ago}")
                rushed = rush_visits(rush, day, self._time, self._assortment, own_rng)
                visits = without_others(visits, rushed) + rushed
        visits.sort(key=lambda visit: visit.entered_at)
        moves = self._before_opening(day)
        playing = _Playing(agenda=self._agenda(day, visits), moves=moves)
        while (taken := playing.agenda.take()) is not None:
            at, action = taken
            self._act(at, action, playing, rng)
        records = [Recorded(at=move.moved_at, body=move) for move in playing.moves]
        records += _numbered(playing.drafts, day)
        records.sort(key=lambda record: record.at)
        return StoreDay(
            store_id=self.outlet.store_id, day=day, visits=tuple(visits), records=tuple(records)
        )

    def _before_opening(self, day: date) -> list[StockMoved]:
        moves: list[StockMoved] = []
        if not self._opened:
            moves += self.stock.open(self._time.at(day, 5))
            self._opened = True
        moves += self.stock.morning(self._time.at(day, 6, 10), self._time.at(day, 6, 30))
        for sold_out in self._sold_out_on(day):
            moves += self.stock.bring_back_room_to(
                sold_out.gtin, sold_out.back_room_units, self._time.at(day, 6, 35)
            )
            self._never_refilled.add(sold_out.gtin)
        return moves

    def _sold_out_on(self, day: date) -> list[SoldOut]:
        return [
            entry
            for entry in self._script.sold_out
            if entry.store_id == self.outlet.store_id and self._time.local(entry.at).date() == day
        ]

    def _agenda(self, day: date, visits: list[Visit]) -> _Agenda:
        agenda = _Agenda()
        for visit in visits:
            if visit.wishes:
                agenda.add(visit.paid_at, _Action(visit=visit))
        for planned in self._script.receipts:
            is_today = self._time.local(planned.at).date() == day
            if is_today and planned.store_id == self.outlet.store_id:
                agenda.add(planned.at, _Action(planned=planned))
        for sold_out in self._sold_out_on(day):
            agenda.add(sold_out.at, _Action(sold_out=sold_out))
        return agenda

    def _act(self, at: datetime, action: _Action, playing: _Playing, rng: Random) -> None:
        if action.refill is not None:
            moved = self.stock.refill(action.refill, at)
            playing.moves += [moved] if moved else []
            return
        draft = self._draft(at, action, playing.drafts, rng)
        if draft is None:
            return
        playing.drafts.append(draft)
        for line in draft.lines:
            gtin = str(line.gtin)
            self.stock.sell(gtin, line.quantity)
            if self.stock.wants_refill(gtin) and gtin not in self._never_refilled:
                playing.agenda.add(at + REFILL_TAKES, _Action(refill=gtin))
        if action.visit is not None and rng.random() < RETURN_SHARE:
            back_at = at + timedelta(minutes=rng.randint(15, 90))
            if self._time.local(back_at).hour in range(OPENS_H, CLOSES_H):
                playing.agenda.add(back_at, _Action(gives_back=draft))

    def _draft(
        self, at: datetime, action: _Action, drafts: list[_Draft], rng: Random
    ) -> _Draft | None:
        if action.visit is not None:
            return self._sale(action.visit, rng)
        if action.planned is not None:
            return self._planned(action.planned, drafts)
        if action.sold_out is not None:
            return self._last_packs(action.sold_out)
        if action.gives_back is not None and not self._sold_out(action.gives_back):
            return _return_of(action.gives_back, at)
        return None

    def _sold_out(self, draft: _Draft) -> bool:
        """Whether a sale is of what shall stay sold out: nobody brings that back."""
        return any(line.gtin in self._never_refilled for line in draft.lines)

    def _sale(self, visit: Visit, rng: Random) -> _Draft | None:
        lines: list[ReceiptLine] = []
        for wish in visit.wishes:
            taken = self._found(wish, rng)
            if taken is not None and taken.good.gtin not in {line.gtin for line in lines}:
                lines.append(_line(len(lines) + 1, taken.good, taken.quantity))
        if not lines:
            return None
        return _Draft(
            at=visit.paid_at,
            recorded_at=visit.paid_at,
            lines=lines,
            identities=visit.identities,
            tender=visit.tender,
        )

    def _found(self, wish: Wish, rng: Random) -> Wish | None:
        """The wish, or another good of its category where it is not there in that quantity."""
        for _ in range(SUBSTITUTES_TRIED):
            if self.stock.can_take(wish.good.gtin, wish.quantity):
                return wish
            other = self._assortment.pick(wish.good.category, rng)
            quantity = wish.quantity if other.sold_by_weight else Decimal(1)
            wish = Wish(good=other, quantity=quantity)
        return None

    def _planned(self, planned: PlannedReceipt, drafts: list[_Draft]) -> _Draft:
        original = next((draft for draft in drafts if draft.planned == planned.returns), None)
        is_return = planned.returns is not None
        return _Draft(
            at=planned.at,
            recorded_at=planned.recorded_at or planned.at,
            lines=[
                _planned_line(number, item, self._goods[item.gtin])
                for number, item in enumerate(planned.items, start=1)
            ],
            type=ReceiptType.RETURN if is_return else ReceiptType.SALE,
            planned=planned.name,
            gives_back=original if is_return else None,
        )

    def _last_packs(self, sold_out: SoldOut) -> _Draft | None:
        """One shopper takes all that is left on the floor."""
        left = self.stock.floor[sold_out.gtin]
        if left <= NONE:
            return None
        return _Draft(
            at=sold_out.at,
            recorded_at=sold_out.at,
            lines=[_line(1, self._goods[sold_out.gtin], left)],
            planned="last packs",
        )


def _line(number: int, good: Good, quantity: Decimal, code: str | None = None) -> ReceiptLine:
    if good.sold_by_weight and code is None:
        code = weighed_code(str(good.item_code), int(quantity * 1000))
    return ReceiptLine(
        line=number,
        code=code or good.gtin[1:],
        gtin=good.gtin,
        description=good.name.text("zh"),
        quantity=quantity,
        unit="kg" if good.sold_by_weight else "each",
        unit_price=good.price,
        amount=(good.price * quantity).quantize(CENT, rounding=ROUND_HALF_UP),
    )


def _planned_line(number: int, item: PlannedItem, good: Good) -> ReceiptLine:
    return _line(number, good, item.quantity, item.code)


def _return_of(original: _Draft, at: datetime) -> _Draft | None:
    """The first line of a sale given back whole. Fruit is not taken back."""
    line = original.lines[0]
    if line.unit == "kg":
        return None
    given_back = line.model_copy(
        update={"line": 1, "quantity": -line.quantity, "amount": -line.amount}
    )
    return _Draft(
        at=at,
        recorded_at=at,
        lines=[given_back],
        tender=original.tender,
        type=ReceiptType.RETURN,
        gives_back=original,
    )


def _numbered(drafts: list[_Draft], day: date) -> list[Recorded]:
    """The receipts with the till's numbers, which follow the order in which they happened."""
    drafts.sort(key=lambda draft: draft.at)
    for number, draft in enumerate(drafts, start=1):
        draft.number = number
    return [Recorded(at=draft.recorded_at, body=_receipt(draft, day)) for draft in drafts]


def _receipt(draft: _Draft, day: date) -> Receipt:
    lines = tuple(draft.lines)
    if draft.gives_back is not None:
        reference = LineReference(
            workstation_id=WORKSTATION_ID,
            business_day=day,
            sequence=draft.gives_back.number,
            line=1,
        )
        lines = tuple(line.model_copy(update={"return_of": reference}) for line in lines)
    return Receipt(
        workstation_id=WORKSTATION_ID,
        business_day=day,
        sequence=draft.number,
        type=draft.type,
        ended_at=draft.at,
        currency=CURRENCY,
        lines=lines,
        tenders=(Tender(kind=draft.tender, amount=sum((line.amount for line in lines), NONE)),),
        identities=draft.identities,
    )
