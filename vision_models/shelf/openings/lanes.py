"""What a lane of a cooler holds, and what became of it: beliefs about packs that a photo cannot
show, and how each look at the front changes them.

A lane is packs of one product one behind the other. Every answer is a set of odds, never a bare
number: what front facings cannot tell widens them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np

Odds = tuple[float, ...]
"""How likely 0, 1, 2 … packs; adds up to 1."""

NONE: Odds = (1.0,)


class Showing(StrEnum):
    """What the front of a lane shows, against the last look. SAME: the product of before, at the
    depth told; OTHER: another product stands in front; UNTOLD: nothing can be said."""

    UNTOUCHED = "untouched"
    SAME = "same"
    OTHER = "other"
    EMPTY = "empty"
    UNTOLD = "untold"


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneLook:
    """One lane's front after a door opening. `depth_mm`: how far behind the front its first pack
    stands; `hidden_from_mm`: packs deeper than this would not be seen."""

    showing: Showing
    gtin: str | None = None
    depth_mm: float = 0.0
    hidden_from_mm: float = float("inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorOpening:
    """What is known of the opening apart from the pictures. `openings`: how many there were since
    the last look at this lane; None: not counted."""

    is_service: bool = False
    openings: int | None = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Priors:
    """What is assumed where pictures cannot tell; each an assumption, not a measurement.

    `at_once`: how likely a shopper who takes from a lane takes 1, 2, 3 … packs. `handled`: a pack
    was looked at and put back. `put_back`: it was another pack, brought back. `short`: a lane that
    looks full holds fewer, for each pack that would be missing. `misread`: a depth says one pack
    too few, and as often one too many. `lane_share`: how often one opening takes from one given
    lane.
    """

    at_once: Odds = (0.9, 0.08, 0.02)
    handled: float = 0.05
    put_back: float = 0.03
    short: float = 0.03
    misread: float = 0.05
    lane_share: float = 0.03
    most_openings: int = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What became of one product in one lane: odds of packs taken out and put in. `is_told` False:
    nothing can be said, and both are none."""

    gtin: str
    taken: Odds = NONE
    added: Odds = NONE
    is_told: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Stood:
    """One pack believed to stand in a lane."""

    gtin: str
    depth_mm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StillLane:
    """A lane whose packs stay where they stand: what is gone is seen as depth.

    `stood` holds the packs, the front first. `widths_mm` gives a product's pitch: packs are taken
    to be as deep as wide.
    """

    lane_mm: float
    widths_mm: Mapping[str, float]
    stood: tuple[Stood, ...] = ()

    @property
    def front(self) -> str | None:
        """The product believed at its front."""
        return self.stood[0].gtin if self.stood else None

    @property
    def front_mm(self) -> float:
        """How far behind the front that pack is believed to stand."""
        return self.stood[0].depth_mm if self.stood else 0.0

    def filled(self, gtin: str, from_mm: float = 0.0) -> "StillLane":
        """The lane full of one product from `from_mm` to its end."""
        pitch = self._pitch(gtin)
        depths = np.arange(max(0.0, from_mm), self.lane_mm - pitch + 1e-6, pitch)
        stood = tuple(Stood(gtin=gtin, depth_mm=float(depth)) for depth in depths)
        return replace(self, stood=stood)

    def after(
        self, look: LaneLook, opened: DoorOpening, priors: Priors
    ) -> tuple["StillLane", tuple[Change, ...]]:
        """The belief after a look, and what must have become of the packs."""
        if look.showing is Showing.UNTOUCHED:
            return self, ()
        if look.showing is Showing.UNTOLD:
            front = self.front
            return self, (Change(gtin=front, is_told=False),) if front else ()
        if look.showing is Showing.EMPTY:
            return self._emptied(look, priors)
        if look.showing is Showing.SAME and self.front is not None:
            return self._shifted(look, opened, priors)
        return self._covered(look, opened)

    def _emptied(self, look: LaneLook, priors: Priors) -> tuple["StillLane", tuple[Change, ...]]:
        """Nothing to be seen: all are gone, or those left stand where nothing is seen."""
        if not self.stood:
            return self, ()
        least = sum(pack.depth_mm < look.hidden_from_mm for pack in self.stood)
        hidden = self.stood[max(1, least) :]
        seen = self.stood[: max(1, least)]
        odds = emptied_odds(len(seen), priors)
        return replace(self, stood=hidden), _by_product(seen, odds)

    def _shifted(
        self, look: LaneLook, opened: DoorOpening, priors: Priors
    ) -> tuple["StillLane", tuple[Change, ...]]:
        """The same product, perhaps further back or further ahead."""
        gtin = self.stood[0].gtin
        pitch = self._pitch(gtin)
        moved_mm = look.depth_mm - self.front_mm
        if abs(moved_mm) < pitch / 2:
            return self._at(look.depth_mm), ()
        if moved_mm < 0:
            return self._come_forward(gtin, max(0.0, look.depth_mm), -moved_mm / pitch, opened)
        gone = self._popped(gtin, look.depth_mm)
        rest = replace(self, stood=self.stood[gone:])._at(look.depth_mm)
        return rest, _by_product(self.stood[:gone], about(gone, priors))

    def _popped(self, gtin: str, depth_mm: float) -> int:
        """How many packs from the front must be gone for the next `gtin` to be at `depth_mm`."""
        away = [
            (abs(pack.depth_mm - depth_mm), index)
            for index, pack in enumerate(self.stood)
            if index and pack.gtin == gtin
        ]
        if away and min(away)[0] < self._pitch(gtin) * 0.75:
            return min(away)[1]
        return max(1, sum(pack.depth_mm < depth_mm - self._pitch(gtin) / 2 for pack in self.stood))

    def _come_forward(
        self, gtin: str, depth_mm: float, steps: float, opened: DoorOpening
    ) -> tuple["StillLane", tuple[Change, ...]]:
        if not opened.is_service:
            # One pack before the others: with or without a gap behind it, nobody can see.
            stood = (Stood(gtin=gtin, depth_mm=depth_mm), *self.stood)
            odds: Odds = (0.0, 1.0) if steps < 1.5 else (0.0, 0.95, 0.05)
            return replace(self, stood=stood), (Change(gtin=gtin, added=odds),)
        full = self.filled(gtin, depth_mm)
        before = sum(pack.gtin == gtin for pack in self.stood)
        added = max(1, len(full.stood) - before)
        strays = tuple(pack for pack in self.stood if pack.gtin != gtin)
        return full, (
            Change(gtin=gtin, added=certain(added, spread=0.06)),
            *_by_product(strays, certain(len(strays))),
        )

    def _covered(
        self, look: LaneLook, opened: DoorOpening
    ) -> tuple["StillLane", tuple[Change, ...]]:
        """Another product in front: one pack put there, or what it hid come to light again."""
        gtin = look.gtin
        if gtin is None:
            return self, ()
        below = [index for index, pack in enumerate(self.stood) if pack.gtin == gtin]
        if below and not opened.is_service:
            gone = self.stood[: below[0]]
            return replace(self, stood=self.stood[below[0] :]), _by_product(
                gone, certain(len(gone))
            )
        if opened.is_service:
            full = self.filled(gtin)
            before = sum(pack.gtin == gtin for pack in self.stood)
            strays = tuple(pack for pack in self.stood if pack.gtin != gtin)
            return full, (
                Change(gtin=gtin, added=certain(max(0, len(full.stood) - before), spread=0.06)),
                *_by_product(strays, certain(len(strays))),
            )
        room_mm = max(0.0, self.front_mm - self._pitch(gtin)) if self.stood else 0.0
        stood = (Stood(gtin=gtin, depth_mm=room_mm), *self.stood)
        return replace(self, stood=stood), (Change(gtin=gtin, added=(0.0, 1.0)),)

    def _at(self, depth_mm: float) -> "StillLane":
        """The front pack where it was seen: what is seen is better than what was believed."""
        if not self.stood:
            return self
        first = replace(self.stood[0], depth_mm=max(0.0, depth_mm))
        return replace(self, stood=(first, *self.stood[1:]))

    def _pitch(self, gtin: str) -> float:
        return self.widths_mm.get(gtin, 65.0) + 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SlidingLane:
    """A lane whose next pack comes forward: what is gone is not seen until it is empty.

    `product` fills it, `left` are the odds of how many packs are left; `ahead` are packs of other
    products that somebody put before them.
    """

    places: int
    product: str | None = None
    left: Odds = NONE
    ahead: tuple[str, ...] = field(default=())

    @property
    def front(self) -> str | None:
        """The product believed at its front."""
        if self.ahead:
            return self.ahead[0]
        return self.product if self.left[0] < 1.0 else None

    @property
    def front_mm(self) -> float:
        """Always at the front."""
        return 0.0

    def filled(self, gtin: str, priors: Priors) -> "SlidingLane":
        """The lane as full as it looks."""
        return replace(self, product=gtin, left=full_odds(self.places, priors), ahead=())

    def after(
        self, look: LaneLook, opened: DoorOpening, priors: Priors
    ) -> tuple["SlidingLane", tuple[Change, ...]]:
        """The belief after a look, and what must have become of the packs."""
        front = self.front
        many = opened.openings is None or opened.openings > priors.most_openings
        untold = look.showing is Showing.UNTOLD or (look.showing is Showing.SAME and many)
        if untold and not opened.is_service:
            return self, (Change(gtin=front, is_told=False),) if front else ()
        if opened.is_service and look.showing in (Showing.SAME, Showing.UNTOUCHED, Showing.OTHER):
            return self._refilled(look.gtin or self.product, priors)
        if look.showing is Showing.EMPTY:
            return self._emptied()
        if look.showing is Showing.OTHER and look.gtin is not None:
            return self._covered(look.gtin)
        if look.showing is Showing.SAME and front is not None:
            return self._replaced(front, opened, priors)
        return self, ()

    def _replaced(
        self, front: str, opened: DoorOpening, priors: Priors
    ) -> tuple["SlidingLane", tuple[Change, ...]]:
        """Another pack of the same product in front: taken, put back, or only turned."""
        taken = replaced_odds(opened.openings or 1, priors)
        added: Odds = (1.0 - priors.put_back, priors.put_back)
        if self.ahead:
            return self, (Change(gtin=front, taken=(0.9, 0.1)),)
        left = minus(self.left, taken, least=1)
        return replace(self, left=left), (Change(gtin=front, taken=taken, added=added),)

    def _emptied(self) -> tuple["SlidingLane", tuple[Change, ...]]:
        """All that were left are gone: what was mistaken before is set right by this."""
        changes = [Change(gtin=gtin, taken=(0.0, 1.0)) for gtin in self.ahead]
        if self.product is not None and self.left[0] < 1.0:
            some = (0.0, *self.left[1:])
            whole = sum(some)
            changes.append(Change(gtin=self.product, taken=tuple(p / whole for p in some)))
        return replace(self, left=NONE, ahead=()), tuple(changes)

    def _covered(self, gtin: str) -> tuple["SlidingLane", tuple[Change, ...]]:
        if gtin == self.product and self.ahead:
            gone = tuple(Change(gtin=other, taken=(0.0, 1.0)) for other in self.ahead)
            return replace(self, ahead=()), gone
        put = (Change(gtin=gtin, added=(0.0, 1.0)),)
        if self.front is None:
            return replace(self, product=gtin, left=(0.0, 1.0), ahead=()), put
        return replace(self, ahead=(gtin, *self.ahead)), put

    def _refilled(
        self, gtin: str | None, priors: Priors
    ) -> tuple["SlidingLane", tuple[Change, ...]]:
        if gtin is None:
            return self, ()
        before = self.left if gtin == self.product else NONE
        odds = minus(full_odds(self.places, priors), before)
        strays = tuple(Change(gtin=other, taken=(0.0, 1.0)) for other in self.ahead)
        return self.filled(gtin, priors), (Change(gtin=gtin, added=odds), *strays)


def certain(count: int, *, spread: float = 0.0) -> Odds:
    """`count`, or with odds of `spread` one fewer."""
    if count == 0 or spread == 0.0:
        return (*([0.0] * count), 1.0)
    return (*([0.0] * (count - 1)), spread, 1.0 - spread)


def about(count: int, priors: Priors) -> Odds:
    """`count` packs as a depth tells them: misread now and then by one, either way."""
    return (*([0.0] * (count - 1)), priors.misread, 1.0 - 2 * priors.misread, priors.misread)


def full_odds(places: int, priors: Priors) -> Odds:
    """How many packs a lane holds that looks full."""
    missing = [priors.short**k for k in range(min(3, places))]
    odds = np.zeros(places + 1)
    odds[places - np.arange(len(missing))] = missing
    return tuple(float(p) for p in odds / odds.sum())


def emptied_odds(believed: int, priors: Priors) -> Odds:
    """How many packs went when a lane with `believed` ones is empty: all of them at once, or fewer
    because the lane was short. For a single pack there is no doubt."""
    odds = np.zeros(believed + 1)
    for count in range(1, believed + 1):
        at_once = priors.at_once[count - 1] if count <= len(priors.at_once) else 0.005
        missing = believed - count
        odds[count] = at_once * (priors.short**missing if missing < 3 else priors.short**3)
    return tuple(float(p) for p in odds / odds.sum())


def replaced_odds(openings: int, priors: Priors) -> Odds:
    """How many packs went when another one of the product stands in front."""
    once = np.array((priors.handled + priors.put_back, *priors.at_once))
    once[1:] *= 1.0 - once[0]
    odds = once / once.sum()
    again = np.array((1.0 - priors.lane_share, *(priors.lane_share * p for p in priors.at_once)))
    for _ in range(openings - 1):
        odds = np.convolve(odds, again)
    return tuple(float(p) for p in odds)


def minus(one: Odds, other: Odds, *, least: int = 0) -> Odds:
    """The odds of a difference that is at least `least`."""
    odds = np.zeros(max(len(one), least + 1))
    for count, p in enumerate(one):
        for away, q in enumerate(other):
            odds[max(count - away, least)] += p * q
    return tuple(float(p) for p in odds / odds.sum())


def plus(*many: Odds) -> Odds:
    """The odds of a sum of independent counts."""
    odds = np.ones(1)
    for one in many:
        odds = np.convolve(odds, np.array(one))
    return tuple(float(p) for p in odds)


def _by_product(packs: Sequence[Stood], odds: Odds) -> tuple[Change, ...]:
    """The change of each product: doubt about the number is the deepest product's."""
    counts: dict[str, int] = {}
    for pack in packs:
        counts[pack.gtin] = counts.get(pack.gtin, 0) + 1
    if len(counts) <= 1:
        return tuple(Change(gtin=gtin, taken=odds) for gtin in counts)
    return tuple(Change(gtin=gtin, taken=certain(count)) for gtin, count in counts.items())
