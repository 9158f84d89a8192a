"""What a cooler holds, pack by pack: lanes that are taken from at the front and filled anew.

On a still shelf a pack stays where it stands, so the next one is seen further back. On a sliding
one (gravity, pushers) the next one comes forward into the same place.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from device_profiles.planogram import Feed
from simulators.render.packs.packs import PackDesign, PackShape
from simulators.render.shelves.cooler import CELL_WIDTH_MM
from simulators.render.shelves.shelf import Standing

Place = tuple[int, int]
"""Row from the top and column from the left, both from 1."""

LANE_MM = 390.0
BETWEEN_MM = 3.0
SIDE_MM = 2.0
TURNS_DEG = tuple(range(-24, 25, 6))
TURN_SPREAD_DEG = 10.0
ROUND = frozenset({PackShape.BOTTLE, PackShape.CAN, PackShape.SLIM_CAN, PackShape.JAR})


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """One pack as it stands: off its lane's middle, turned, a little behind its place."""

    design: PackDesign
    x_mm: float
    yaw_deg: float
    setback_mm: float


@dataclass(slots=True, kw_only=True)
class Lane:
    """Packs one behind the other, the front first. On a still shelf an emptied place stays."""

    place: Place
    planned: PackDesign
    feed: Feed
    packs: list[Pack | None]

    @property
    def places(self) -> int:
        """How many packs fit."""
        return places_of(self.planned)

    @property
    def front(self) -> Pack | None:
        """The pack that a shopper sees and takes."""
        return next((pack for pack in self.packs if pack is not None), None)

    def held(self) -> list[Pack]:
        """Every pack in it, the front first."""
        return [pack for pack in self.packs if pack is not None]

    def take(self) -> Pack:
        """The front pack, gone. Raises ValueError where there is none."""
        for at, pack in enumerate(self.packs):
            if pack is None:
                continue
            if self.feed is Feed.SLIDING:
                del self.packs[at]
            else:
                self.packs[at] = None
            return pack
        raise ValueError(f"lane {self.place} is empty")

    def room(self) -> int:
        """How many packs can be put in from the front."""
        if self.feed is Feed.SLIDING:
            return self.places - len(self.packs)
        return next((i for i, pack in enumerate(self.packs) if pack is not None), self.places)

    def put(self, pack: Pack, *, deep: bool) -> None:
        """A pack put in from the front: right before the next one (`deep`), or at the edge."""
        if self.feed is Feed.SLIDING:
            self.packs.insert(0, pack)
        else:
            self.packs[self.room() - 1 if deep else 0] = pack


def places_of(design: PackDesign) -> int:
    """How many packs of a design stand one behind the other."""
    return int(LANE_MM // pitch_mm(design))


def pitch_mm(design: PackDesign) -> float:
    """From one pack to the next: packs are as deep as they are wide."""
    return design.width_mm + BETWEEN_MM


def placed(design: PackDesign, rng: np.random.Generator) -> Pack:
    """A pack as a hand puts it: round ones turned more than boxes."""
    spread = TURN_SPREAD_DEG if design.shape in ROUND else 3.0
    turn = min(TURNS_DEG, key=lambda one: abs(one - float(rng.normal(0, spread))))
    side = min(SIDE_MM, (CELL_WIDTH_MM - design.width_mm) / 2)
    return Pack(
        design=design,
        x_mm=float(rng.uniform(-side, side)),
        yaw_deg=float(turn),
        setback_mm=float(rng.uniform(0.0, 8.0)),
    )


def nudged(pack: Pack, rng: np.random.Generator) -> Pack:
    """The same pack, brushed by a sleeve."""
    return replace(
        pack,
        x_mm=pack.x_mm + float(rng.uniform(-1.0, 1.0)),
        setback_mm=max(0.0, pack.setback_mm + float(rng.uniform(-3.0, 3.0))),
    )


def filled_lane(
    place: Place, design: PackDesign, feed: Feed, rng: np.random.Generator, *, missing: int = 0
) -> Lane:
    """A lane full to its front; `missing` packs are not there, behind the others."""
    count = max(0, places_of(design) - missing)
    packs: list[Pack | None] = [placed(design, rng) for _ in range(count)]
    if feed is Feed.STILL:
        packs += [None] * (places_of(design) - count)
    return Lane(place=place, planned=design, feed=feed, packs=packs)


def standings(lanes: Iterator[Lane] | list[Lane]) -> list[Standing]:
    """Every pack of the cooler where it stands, the hindmost first."""
    found = []
    for lane in lanes:
        for index, pack in enumerate(lane.packs):
            if pack is None:
                continue
            setback_mm = index * pitch_mm(lane.planned) + pack.setback_mm
            row, column = lane.place
            found.append(
                Standing(
                    design=pack.design,
                    board=row - 1,
                    x_mm=(column - 0.5) * CELL_WIDTH_MM + pack.x_mm,
                    setback_mm=setback_mm,
                    behind=0,
                    yaw_deg=pack.yaw_deg,
                )
            )
    return sorted(found, key=lambda pack: -pack.setback_mm)
