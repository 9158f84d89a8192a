"""Who comes when, and what they put in the basket: hourly profiles, missions, members."""

from bisect import bisect
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import accumulate
from random import Random

from simulators.chain.chain import CLOSES_H, OPENS_H, Outlet
from simulators.chain.goods import Good
from simulators.core.clock import DemoTime
from sync.events import ShopperIdentity

BUYING_SHARE = 0.52
"""How many of those who come in leave with a receipt of their own."""
MEMBERS_A_STORE = 160
MEMBER_SHARE = 0.44
STRANGER_SHARE = 0.08
"""How many member receipts are of a member of another store."""
LIVE_PACE = 3.0
"""From the start of the demonstration so many times the usual shoppers come: there is something to
see every few seconds, in an afternoon that would else be quiet."""

_HOURS = tuple(range(OPENS_H, CLOSES_H))
_PROFILES: dict[str, tuple[float, ...]] = {
    # 7    8    9    10   11   12   13   14   15   16   17   18   19   20   21
    "street": (5, 8, 6, 6, 8, 11, 8, 6, 6, 6, 8, 9, 7, 5, 3),
    "commuters": (9, 13, 7, 4, 6, 9, 6, 4, 4, 5, 10, 12, 7, 4, 2),
    "students": (4, 7, 7, 7, 9, 13, 8, 5, 5, 6, 8, 9, 7, 6, 4),
    "homes": (5, 7, 7, 7, 8, 8, 6, 5, 6, 7, 9, 10, 8, 6, 3),
}
_WEEKDAYS: dict[str, tuple[float, ...]] = {
    "street": (1.0, 1.0, 1.0, 1.02, 1.08, 1.05, 0.98),
    "commuters": (1.08, 1.06, 1.05, 1.05, 1.1, 0.8, 0.74),
    "students": (1.05, 1.05, 1.04, 1.03, 0.98, 0.85, 0.88),
    "homes": (0.95, 0.94, 0.95, 0.97, 1.02, 1.15, 1.12),
}
DRINKS = ("tea", "water", "soda", "coffee", "juice", "dairy", "energy")
_DRINKS_MORNING = (0.8, 0.8, 0.3, 2.4, 0.5, 2.2, 0.6)
_DRINKS_LATER = (2.2, 2.0, 1.8, 0.9, 0.9, 0.6, 1.0)

Wishes = tuple[tuple[str, float], ...]
"""Categories with the chance that each is in the basket; "drink" is any category of drinks."""

_MISSIONS: dict[str, Wishes] = {
    "breakfast": (("bakery", 0.95), ("drink", 0.62), ("bakery", 0.3)),
    "lunch": (("meal", 0.94), ("drink", 0.66), ("snack", 0.18), ("fruit", 0.06)),
    "drink": (("drink", 1.0), ("drink", 0.22), ("snack", 0.2)),
    "snack": (("snack", 0.95), ("drink", 0.5), ("snack", 0.25)),
    "supper": (("meal", 0.6), ("noodle", 0.35), ("drink", 0.7), ("fruit", 0.14), ("snack", 0.2)),
    "top-up": (("home", 0.7), ("fruit", 0.3), ("drink", 0.35), ("noodle", 0.2)),
}
_MISSION_NAMES = tuple(_MISSIONS)
_TENDERS = (("wechat-pay", 0.56), ("alipay", 0.3), ("cash", 0.09), ("card", 0.05))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One thing a shopper wants: `quantity` units, or kilograms of fruit."""

    good: Good
    quantity: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One person between the door and the door. `wishes` is empty for who only looks. `waited_s`:
    how long they stood in a rush's queue before `paid_at`, or before they gave up."""

    entered_at: datetime
    left_at: datetime
    paid_at: datetime
    wishes: tuple[Wish, ...]
    identities: tuple[ShopperIdentity, ...]
    tender: str
    waited_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assortment:
    """Goods by category, with running sums of their appeal for quick choice."""

    goods: dict[str, tuple[Good, ...]]
    sums: dict[str, tuple[float, ...]]

    def pick(self, category: str, rng: Random) -> Good:
        """A good of the category, the more appealing ones more often."""
        sums = self.sums[category]
        return self.goods[category][min(bisect(sums, rng.random() * sums[-1]), len(sums) - 1)]


def assortment_of(goods: tuple[Good, ...]) -> Assortment:
    """The goods sorted for choosing."""
    by_category: dict[str, list[Good]] = {}
    for good in goods:
        by_category.setdefault(good.category, []).append(good)
    return Assortment(
        goods={category: tuple(members) for category, members in by_category.items()},
        sums={
            category: tuple(accumulate(good.appeal for good in members))
            for category, members in by_category.items()
        },
    )


def visits_of(
    outlet: Outlet, day: date, time: DemoTime, assortment: Assortment, rng: Random
) -> list[Visit]:
    """All visits of a store's day, by the minute of entry."""
    shares = _PROFILES[outlet.character]
    usual = outlet.visitors_a_day * _WEEKDAYS[outlet.character][day.weekday()]
    mood = rng.gauss(1.0, 0.035)
    visits: list[Visit] = []
    for hour, share in zip(_HOURS, shares, strict=True):
        begins_at = time.at(day, hour)
        for entered_at in _entries(begins_at, usual * mood * share / sum(shares), time, rng):
            entry = _Entry(at=entered_at, hour=hour, closes_at=time.at(day, CLOSES_H))
            visits.append(_visit(outlet, entry, assortment, rng))
    return sorted(visits, key=lambda visit: visit.entered_at)


def _entries(begins_at: datetime, expected: float, time: DemoTime, rng: Random) -> list[datetime]:
    """Entries of one hour: the usual ones, and from the start of the demonstration more of them."""
    hour_s = 3600
    entries = [
        begins_at + timedelta(seconds=rng.uniform(0, hour_s)) for _ in range(_draw(expected, rng))
    ]
    if begins_at + timedelta(seconds=hour_s) > time.started_at:
        more = _draw(expected * (LIVE_PACE - 1), rng)
        extra = [begins_at + timedelta(seconds=rng.uniform(0, hour_s)) for _ in range(more)]
        entries += [at for at in extra if at > time.started_at]
    return entries


def _draw(expected: float, rng: Random) -> int:
    """A whole number near `expected`: normal, with a Poisson's spread."""
    return max(0, round(rng.gauss(expected, expected**0.5 * 0.7)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """When somebody comes in, in which hour of the profile, and when the store closes."""

    at: datetime
    hour: int
    closes_at: datetime


def _visit(outlet: Outlet, entry: _Entry, assortment: Assortment, rng: Random) -> Visit:
    stays_s = rng.uniform(70, 460)
    left_at = min(entry.at + timedelta(seconds=stays_s), entry.closes_at + timedelta(minutes=5))
    paid_at = left_at - timedelta(seconds=min(rng.uniform(8, 40), stays_s / 2))
    buys = rng.random() < BUYING_SHARE
    return Visit(
        entered_at=entry.at.replace(microsecond=0),
        left_at=left_at.replace(microsecond=0),
        paid_at=paid_at.replace(microsecond=0),
        wishes=_basket(entry.hour, assortment, rng) if buys else (),
        identities=_identities(outlet, rng) if buys else (),
        tender=rng.choices([name for name, _ in _TENDERS], [share for _, share in _TENDERS])[0],
    )


def _mission(hour: int, rng: Random) -> str:
    if hour < 10:
        weights = (7.0, 0.2, 2.0, 0.6, 0.2, 0.6)
    elif 11 <= hour < 14:
        weights = (0.3, 6.0, 2.2, 1.0, 0.2, 0.8)
    elif hour < 17:
        weights = (0.3, 0.8, 4.0, 3.0, 0.4, 1.2)
    else:
        weights = (0.1, 0.4, 2.6, 1.6, 4.0, 1.4)
    return rng.choices(_MISSION_NAMES, weights)[0]


def _basket(hour: int, assortment: Assortment, rng: Random) -> tuple[Wish, ...]:
    wanted: dict[str, Wish] = {}
    while not wanted:
        for category, chance in _MISSIONS[_mission(hour, rng)]:
            if rng.random() < chance:
                wish = _wish(category, hour, assortment, rng)
                wanted[wish.good.gtin] = wish
    return tuple(wanted.values())


def _wish(category: str, hour: int, assortment: Assortment, rng: Random) -> Wish:
    if category == "drink":
        weights = _DRINKS_MORNING if hour < 10 else _DRINKS_LATER
        category = rng.choices(DRINKS, weights)[0]
    good = assortment.pick(category, rng)
    if good.sold_by_weight:
        grams = max(120, round(rng.gauss(good.fruit_g, good.fruit_g * 0.3)))
        return Wish(good=good, quantity=Decimal(grams) / 1000)
    return Wish(good=good, quantity=Decimal(2 if rng.random() < 0.1 else 1))


def _identities(outlet: Outlet, rng: Random) -> tuple[ShopperIdentity, ...]:
    """The member number shown, and now and then the telephone that belongs to it."""
    if rng.random() >= MEMBER_SHARE:
        return ()
    home = int(outlet.store_id[1:])
    if rng.random() < STRANGER_SHARE:
        home = rng.randint(1, 8)
    number = int(MEMBERS_A_STORE * rng.random() ** 1.7)
    member = ShopperIdentity(kind="member", value=f"LG{home:02d}{number:05d}")
    if rng.random() < 0.12:
        # 100 is no mobile prefix: these numbers belong to nobody.
        return (member, ShopperIdentity(kind="phone", value=f"+86100{home:03d}{number:05d}"))
    return (member,)
