"""Queues that were too slow today, and what they cost: people who came in and did not buy."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from math import sqrt
from zoneinfo import ZoneInfo

from cloud_hub.access.permissions import Permission
from cloud_hub.core import wording
from cloud_hub.core.days.time_buckets import QUARTER_S, start_of
from cloud_hub.core.text import NO_WORDS, Filling, Said, Text, in_context
from cloud_hub.insight.finding import Cost, Finding, FindingKind, Severity
from cloud_hub.insight.metric import quantile
from cloud_hub.insight.snapshot import Snapshot
from cloud_hub.insight.window import between
from cloud_hub.sales.receipts import Sales, load_sales
from cloud_hub.sales.till_coverage import NOTHING_KNOWN
from cloud_hub.traffic.conversion import QUARTER_MIN
from cloud_hub.traffic.footfall import DoorFact, entrances_due, load_doors
from cloud_hub.traffic.zones import ZoneFact, load_zones
from device_profiles.camera import LineRole
from device_profiles.opening_hours import local_to_utc
from device_profiles.store import LoginRole

SLOW_QUEUE = FindingKind(name="slow-queue", permission=Permission.SEE_TRAFFIC)

SLOW_WAIT_S = 240.0
"""Nine of ten must wait no longer; a quarter of an hour in which they did was slow."""
LEAST_WAITED = 5
"""Fewer people waited: one slow customer is no slow queue."""
LEAST_QUARTERS = 2
HISTORY = timedelta(days=14)
LEAST_HISTORY = 100
"""So many people must have come in at these hours before a usual conversion is known."""
LEAST_COST = Decimal("0.5")
SURE = 1.96

_SENTENCE = Text(
    "{store}: queue of up to {most} from {since} to {until}, one in ten waited {wait} or"
    " longer{lost}."
)
_LOST = Text("; about {n} basket lost", "; about {n} baskets lost")
_FORMULA = Text(
    "usual conversion {usual} × {entries} people in = {expected} receipts − {receipts} ="
    " {lost} × {basket} average basket; 95 %: {low} to {high}"
)
_TASK = Text("{store}: plan one more till from {since} to {until}")
_BUTTON = in_context("button", "Planned")


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowQueue:
    """Consecutive slow quarters of an hour (numbers since 1970) of one store's queues."""

    first: int
    last: int
    most: int
    wait_p90_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LostBaskets:
    """Receipts that a slow queue kept away, `expected` by the store's usual conversion."""

    entries: int
    receipts: int
    usual: float
    basket: Decimal

    @property
    def expected(self) -> float:
        """Receipts that so many people usually make."""
        return self.usual * self.entries

    @property
    def lost(self) -> float:
        """How many are missing; never less than none."""
        return max(0.0, self.expected - self.receipts)

    @property
    def doubt(self) -> float:
        """Half the width of the 95 % range, in receipts. Source: normal approximation of the
        binomial distribution."""
        return SURE * sqrt(self.entries * self.usual * max(0.0, 1 - self.usual))


def find_slow_queues(snapshot: Snapshot) -> Iterator[Finding]:
    """Each store's slow queues of today, told once."""
    by_store: dict[str, list[ZoneFact]] = {}
    for fact in load_zones(snapshot.session, snapshot.today):
        if fact.is_queue:
            by_store.setdefault(fact.store_id, []).append(fact)
    for store_id, facts in by_store.items():
        runs = slow_runs(facts)
        if runs:
            yield _finding(snapshot, store_id, runs)


def slow_runs(facts: Sequence[ZoneFact]) -> list[SlowQueue]:
    """Runs of at least two slow quarters in a row, in order."""
    quarters: dict[int, list[ZoneFact]] = {}
    for fact in facts:
        quarters.setdefault(fact.quarter, []).append(fact)
    slow = [number for number, each in sorted(quarters.items()) if _is_slow(each)]
    runs: list[list[int]] = []
    for number in slow:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return [_run(run, quarters) for run in runs if len(run) >= LEAST_QUARTERS]


def _is_slow(facts: Sequence[ZoneFact]) -> bool:
    waits = [wait for fact in facts for wait in fact.waits_s]
    wait_s = quantile(waits, 0.9)
    return len(waits) >= LEAST_WAITED and wait_s is not None and wait_s > SLOW_WAIT_S


def _run(numbers: Sequence[int], quarters: Mapping[int, list[ZoneFact]]) -> SlowQueue:
    facts = [fact for number in numbers for fact in quarters[number]]
    waits = [wait for fact in facts for wait in fact.waits_s]
    return SlowQueue(
        first=numbers[0],
        last=numbers[-1],
        most=max(fact.queue_max for fact in facts),
        wait_p90_s=quantile(waits, 0.9) or 0.0,
    )


def _finding(snapshot: Snapshot, store_id: str, runs: Sequence[SlowQueue]) -> Finding:
    store = snapshot.chain.stores[store_id]
    worst = max(runs, key=lambda run: (run.last - run.first, run.wait_p90_s))
    lost = _lost_baskets(snapshot, store_id, runs)
    cost = _cost_of(lost, snapshot.chain.currency)
    told: Said = NO_WORDS
    if lost is not None and cost is not None:
        count = round(lost.lost)
        told = _LOST.filled(n=count)
    since, until = start_of(worst.first, QUARTER_S), start_of(worst.last + 1, QUARTER_S)
    words: dict[str, Filling] = {
        "store": store.name,
        "most": worst.most,
        "since": wording.clock(since, store.hours.zone, snapshot.now),
        "until": wording.clock(min(until, snapshot.now), store.hours.zone, snapshot.now),
        "wait": f"{int(worst.wait_p90_s) // 60}:{int(worst.wait_p90_s) % 60:02d}",
        "lost": told,
    }
    return Finding(
        key=f"{SLOW_QUEUE}/{store_id}/{snapshot.day_of(store_id).day}",
        kind=SLOW_QUEUE,
        severity=Severity.PROBLEM,
        sentence=_SENTENCE.filled(**words),
        since=start_of(runs[0].first, QUARTER_S),
        owner=LoginRole.STORE,
        store_id=store_id,
        cost=cost,
        button=_BUTTON,
        task=_TASK.filled(**words),
    )


def _lost_baskets(
    snapshot: Snapshot, store_id: str, runs: Sequence[SlowQueue]
) -> LostBaskets | None:
    """Entries and receipts of the slow quarters and the one before each run, when its people came
    in, against the same quarters of the last days. None where too little is known."""
    store, today = snapshot.chain.stores[store_id].hours, snapshot.day_of(store_id).day
    window = between(snapshot.chain.tenant_id, [store], today - HISTORY, today, snapshot.now)
    traffic = _Traffic.of(
        load_doors(snapshot.session, window), load_sales(snapshot.session, window)
    )
    asked = {number for run in runs for number in range(run.first - 1, run.last + 1)}
    usual = {
        _days_before(number, back, store.zone)
        for number in asked
        for back in range(1, HISTORY.days + 1)
    }
    came, bought = traffic.over(store_id, usual)
    entries, receipts = traffic.over(store_id, asked)
    basket = traffic.basket(today)
    if came < LEAST_HISTORY or not entries or basket is None:
        return None
    return LostBaskets(entries=entries, receipts=receipts, usual=bought / came, basket=basket)


def _days_before(number: int, days: int, zone: ZoneInfo) -> int:
    """The quarter of an hour that was at the same time on the wall, so many days before."""
    local = start_of(number, QUARTER_S).astimezone(zone).replace(tzinfo=None)
    then = local - timedelta(days=days)
    return int(local_to_utc(then.date(), then.time(), zone).timestamp()) // QUARTER_S


@dataclass(frozen=True, slots=True, kw_only=True)
class _Traffic:
    """Entries and sale receipts of one store by quarter of an hour."""

    doors: Mapping[int, list[DoorFact]]
    receipts: Mapping[int, int]
    sales: Sales

    @classmethod
    def of(cls, doors: Sequence[DoorFact], sales: Sales) -> "_Traffic":
        due = entrances_due(doors)
        entrances: dict[int, list[DoorFact]] = {}
        for fact in doors:
            if fact.role is LineRole.ENTRANCE and not (fact.is_closed or fact.is_silent):
                entrances.setdefault(fact.quarter, []).append(fact)
        entrances = {
            number: facts
            for number, facts in entrances.items()
            if {fact.place for fact in facts} == due[facts[0].store_id, facts[0].day]
        }
        receipts: dict[int, int] = {}
        for sold in sales.facts:
            if sold.is_basket:
                receipts[sold.quarter] = receipts.get(sold.quarter, 0) + sold.visited
        return cls(doors=entrances, receipts=receipts, sales=sales)

    def over(self, store_id: str, quarters: Iterable[int]) -> tuple[int, int]:
        """Entries and receipts of those of the quarters in which every entrance was watched and the
        tills are known."""
        known = self.sales.tills.get(store_id, NOTHING_KNOWN)
        good = [
            number
            for number in quarters
            if (facts := self.doors.get(number))
            and all(fact.good_minutes == QUARTER_MIN for fact in facts)
            and known.covers(start_of(number, QUARTER_S), start_of(number + 1, QUARTER_S))
        ]
        entries = sum(fact.entries for number in good for fact in self.doors[number])
        return entries, sum(self.receipts.get(number, 0) for number in good)

    def basket(self, day: date) -> Decimal | None:
        """What a sale of the day came to on average; None where there was none."""
        sold = [f for f in self.sales.facts if f.is_basket and f.day == day]
        count = sum(fact.receipts for fact in sold)
        return sum((fact.value for fact in sold), Decimal(0)) / count if count else None


def _cost_of(lost: LostBaskets | None, currency: str) -> Cost | None:
    """The missing receipts in money with their sum in words; None where they come to nothing."""
    if lost is None:
        return None
    amount = (Decimal(lost.lost) * lost.basket).quantize(Decimal("0.01"))
    if amount < LEAST_COST:
        return None
    low = Decimal(max(0.0, lost.lost - lost.doubt)) * lost.basket
    high = Decimal(lost.lost + lost.doubt) * lost.basket
    return Cost(
        amount=amount,
        currency=currency,
        a_day=False,
        formula=_FORMULA.filled(
            usual=wording.percent(lost.usual),
            entries=lost.entries,
            expected=wording.number(lost.expected, 1),
            receipts=lost.receipts,
            lost=wording.number(lost.lost, 1),
            basket=wording.number(lost.basket, 2),
            low=wording.money(low, currency),
            high=wording.money(high, currency),
        ),
    )
