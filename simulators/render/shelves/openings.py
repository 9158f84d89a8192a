"""Door openings of a cooler with their truth: who took what, put it back, refilled; and the
picture after each."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

import numpy as np

from device_profiles.planogram import Feed
from simulators.render.packs.artwork import Pixels
from simulators.render.packs.packs import PackDesign
from simulators.render.packs.sprites import SpriteShelf
from simulators.render.packs.troubles import Troubles
from simulators.render.shelves.cooler import CoolerView, photograph_packs
from simulators.render.shelves.lanes import (
    Lane,
    Pack,
    Place,
    filled_lane,
    nudged,
    placed,
    standings,
)

OPENS_H, CLOSES_H = 7, 22
REFILLS_H = (10, 17)
LOOKS_ONLY = 0.14
TAKES = (0.80, 0.15, 0.05)
"""How likely a shopper takes one, two or three packs."""
SAME_AGAIN = 0.45
"""How likely the next pack is of the same lane."""
PUTS_BACK = 0.05
"""How likely a shopper brings back one pack taken a while ago."""
TO_A_WRONG_PLACE = 0.3
HANDLES = 0.05
NUDGES = 0.08
SHORT_LANES = 0.08
"""How many lanes a refill leaves one or two packs short behind their front."""
TAKEN_LATELY = 6


class DeedKind(StrEnum):
    """What became of one pack. HANDLED: taken out and put back within one opening."""

    TAKEN = "taken"
    PUT_BACK = "put-back"
    REFILLED = "refilled"
    MOVED = "moved"
    HANDLED = "handled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One pack, and the lane it was taken from or put into."""

    kind: DeedKind
    gtin: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """One door opening. `is_service`: somebody had logged in to refill."""

    opened_at: datetime
    open_s: float
    is_service: bool
    deeds: tuple[Deed, ...]

    def count(self, kind: DeedKind) -> Counter[str]:
        """Packs of that kind by GTIN."""
        return Counter(deed.gtin for deed in self.deeds if deed.kind is kind)


@dataclass(slots=True, kw_only=True)
class StockedCooler:
    """A cooler with its packs, its camera, and the shoppers that come."""

    lanes: dict[Place, Lane]
    view: CoolerView
    rng: np.random.Generator
    openings_a_day: float = 25.0
    _weights: dict[Place, float] = field(default_factory=dict)
    _lately: list[PackDesign] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Some lanes sell five times as much as others."""
        self._weights = {place: float(self.rng.uniform(0.2, 1.0)) for place in sorted(self.lanes)}

    def openings(self, from_at: datetime, until_at: datetime) -> Iterator[Opening]:
        """Every opening between two moments, in order; the lanes are as each one leaves them."""
        day = from_at.replace(hour=0, minute=0, second=0, microsecond=0)
        while day < until_at:
            for at, is_refill in self._times(day):
                if from_at <= at < until_at:
                    yield self.refill(at) if is_refill else self.visit(at)
            day += timedelta(days=1)

    def photograph(
        self, sprites: SpriteShelf, rng: np.random.Generator, troubles: Troubles | None = None
    ) -> Pixels:
        """The picture now, (height, width, 3) BGR."""
        packs = standings(list(self.lanes.values()))
        return photograph_packs(packs, self.view, rng, sprites, troubles)[0]

    def _times(self, midnight: datetime) -> list[tuple[datetime, bool]]:
        count = int(self.rng.poisson(self.openings_a_day))
        hours = self.rng.uniform(OPENS_H, CLOSES_H, count)
        visits = [(midnight + timedelta(hours=float(hour)), False) for hour in hours]
        refills = [(midnight + timedelta(hours=hour), True) for hour in REFILLS_H]
        return sorted(visits + refills)

    def close_lane(self, place: Place) -> None:
        """From now on nobody takes from this lane."""
        self._weights[place] = 0.0

    def visit(self, at: datetime) -> Opening:
        """Somebody opens the door, takes, looks, or brings a pack back."""
        rng = self.rng
        deeds: list[Deed] = []
        if self._lately and rng.random() < PUTS_BACK:
            deeds += self._put_back()
        elif rng.random() >= LOOKS_ONLY:
            deeds += self._take(int(rng.choice([1, 2, 3], p=TAKES)))
        if rng.random() < HANDLES:
            deeds += self._handle()
        self._brush({deed.place for deed in deeds})
        open_s = 5.0 + 4.0 * len(deeds) + float(rng.gamma(2.0, 2.0))
        return Opening(opened_at=at, open_s=open_s, is_service=False, deeds=tuple(deeds))

    def _take(self, count: int) -> list[Deed]:
        deeds: list[Deed] = []
        while len(deeds) < count:
            held = [
                place
                for place, lane in sorted(self.lanes.items())
                if lane.front is not None and self._weights[place] > 0.0
            ]
            if not held:
                break
            again = deeds and deeds[-1].place in held and self.rng.random() < SAME_AGAIN
            weights = np.array([self._weights[place] for place in held])
            at = int(self.rng.choice(len(held), p=weights / weights.sum()))
            place = deeds[-1].place if again else held[at]
            pack = self.lanes[place].take()
            self._lately = [*self._lately, pack.design][-TAKEN_LATELY:]
            deeds.append(_deed(DeedKind.TAKEN, pack.design, place))
        return deeds

    def _put_back(self) -> list[Deed]:
        design = self._lately.pop(int(self.rng.integers(len(self._lately))))
        roomy = [lane for _, lane in sorted(self.lanes.items()) if lane.room() > 0]
        own = [lane for lane in roomy if lane.planned == design]
        others = [lane for lane in roomy if lane.planned != design]
        wrong = not own or (others and self.rng.random() < TO_A_WRONG_PLACE)
        chosen = others if wrong else own
        if not chosen:
            return []
        lane = chosen[int(self.rng.integers(len(chosen)))]
        lane.put(placed(design, self.rng), deep=bool(self.rng.random() < 0.5))
        return [_deed(DeedKind.PUT_BACK, design, lane.place)]

    def _handle(self) -> list[Deed]:
        """A pack is looked at and put back where it was, turned another way."""
        held = [lane for _, lane in sorted(self.lanes.items()) if lane.front is not None]
        if not held:
            return []
        lane = held[int(self.rng.integers(len(held)))]
        at = next(index for index, pack in enumerate(lane.packs) if pack is not None)
        design = lane.take().design
        if lane.feed is Feed.SLIDING:
            lane.put(placed(design, self.rng), deep=True)
        else:
            lane.packs[at] = placed(design, self.rng)
        return [_deed(DeedKind.HANDLED, design, lane.place)]

    def _brush(self, touched: set[Place]) -> None:
        """A sleeve brushes packs beside those that were taken."""
        for row, column in sorted(touched):
            for beside in ((row, column - 1), (row, column + 1)):
                lane = self.lanes.get(beside)
                if lane is not None and lane.front and self.rng.random() < NUDGES:
                    at = next(index for index, pack in enumerate(lane.packs) if pack is not None)
                    lane.packs[at] = nudged(lane.front, self.rng)

    def refill(self, at: datetime) -> Opening:
        """Every lane is faced up and filled; what stood in a wrong lane goes home."""
        deeds: list[Deed] = []
        strays: list[PackDesign] = []
        for lane in self.lanes.values():
            for pack in lane.held():
                if pack.design != lane.planned:
                    strays.append(pack.design)
                    deeds.append(_deed(DeedKind.MOVED, pack.design, lane.place))
        for place, lane in sorted(self.lanes.items()):
            missing = int(self.rng.integers(1, 3)) if self.rng.random() < SHORT_LANES else 0
            own = sum(pack.design == lane.planned for pack in lane.held())
            wanted = max(own, lane.places - missing)
            added = wanted - own
            if added == 0 and own == len(lane.held()):
                continue
            while added and lane.planned in strays:
                strays.remove(lane.planned)
                added -= 1
            self.lanes[place] = _faced_up(lane, wanted, self.rng)
            deeds += [_deed(DeedKind.REFILLED, lane.planned, place)] * added
        open_s = 60.0 + 4.0 * len(deeds)
        return Opening(opened_at=at, open_s=open_s, is_service=True, deeds=tuple(deeds))


def stocked_cooler(
    designs: Mapping[Place, PackDesign],
    view: CoolerView,
    feed: Feed,
    rng: np.random.Generator,
    *,
    openings_a_day: float = 25.0,
) -> StockedCooler:
    """A cooler as a refill leaves it."""
    lanes = {
        place: filled_lane(place, design, feed, rng) for place, design in sorted(designs.items())
    }
    return StockedCooler(lanes=lanes, view=view, rng=rng, openings_a_day=openings_a_day)


def after_opening(rng: np.random.Generator) -> Troubles:
    """The glass half a minute after the door closed: mostly clear, sometimes fogged, and now and
    then somebody still stands there."""
    fog = 0.85 if rng.random() < 0.05 else float(rng.uniform(0.0, 0.22))
    return Troubles(
        fog=fog,
        hand=0.6 if rng.random() < 0.03 else 0.0,
        condensation=float(rng.uniform(0.1, 0.4)) if rng.random() < 0.1 else 0.0,
        reflection=float(rng.uniform(0.1, 0.5)),
        noise=float(rng.uniform(0.1, 0.5)),
    )


def _faced_up(lane: Lane, wanted: int, rng: np.random.Generator) -> Lane:
    """The lane's own packs pulled to the front, new ones behind them."""
    own = [pack for pack in lane.held() if pack.design == lane.planned]
    stay = lane.feed is Feed.SLIDING
    old = own if stay else [placed(pack.design, rng) for pack in own]
    packs: list[Pack | None] = [
        *old,
        *(placed(lane.planned, rng) for _ in range(wanted - len(own))),
    ]
    if lane.feed is Feed.STILL:
        packs += [None] * (lane.places - wanted)
    return Lane(place=lane.place, planned=lane.planned, feed=lane.feed, packs=packs)


def _deed(kind: DeedKind, design: PackDesign, place: Place) -> Deed:
    return Deed(kind=kind, gtin=design.gtin or "", place=place)
