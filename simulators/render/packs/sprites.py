"""Drawn packs at the sizes asked for, kept for the next picture. Alpha is premultiplied."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import cv2
import numpy as np

from simulators.render.packs.artwork import Pixels
from simulators.render.packs.pack_bodies import PackView, draw_pack
from simulators.render.packs.packs import PackDesign

K = TypeVar("K")
V = TypeVar("V")


@dataclass(slots=True)
class SpriteShelf:
    """Drawn packs, kept for the next picture; the least used go first."""

    capacity: int = 500
    masters: int = 160
    _masters: OrderedDict[tuple[PackDesign, PackView], Pixels] = field(default_factory=OrderedDict)
    _scaled: OrderedDict[tuple[PackDesign, PackView, int, int], Pixels] = field(
        default_factory=OrderedDict
    )

    def sprite(self, design: PackDesign, view: PackView, width_px: int, height_px: int) -> Pixels:
        """`design` at the given size: (height, width, 4) BGRA, colour premultiplied by alpha."""
        key = (design, view, width_px, height_px)
        return _kept(self._scaled, key, self.capacity, lambda: self._resized(key))

    def _resized(self, key: tuple[PackDesign, PackView, int, int]) -> Pixels:
        design, view, width_px, height_px = key
        master = _kept(self._masters, (design, view), self.masters, lambda: draw_pack(design, view))
        smaller = height_px < master.shape[0]
        method = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
        resized = cv2.resize(master, (width_px, height_px), interpolation=method)
        return np.asarray(resized, dtype=np.uint8)


def _kept(store: OrderedDict[K, V], key: K, capacity: int, make: Callable[[], V]) -> V:
    if key in store:
        store.move_to_end(key)
        return store[key]
    made = store[key] = make()
    if len(store) > capacity:
        store.popitem(last=False)
    return made
