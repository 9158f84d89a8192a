"""A day of the cooler in the lobby: who opened it and what became of its packs, each with a photo.

Its packs stay where they are from photo to photo, which is what an estimate of sales rests on. A
refill comes as soon as a lane is nearly empty, so that nothing is sold out. One lane is hidden by a
card for most of the day: of its product there must be no estimate.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import cv2
import numpy as np

from device_profiles.planogram import Feed
from simulators.chain.chain import CLOSES_H, OPENS_H
from simulators.chain.goods import as_product
from simulators.chain.lobby import COLUMNS, ROWS, lobby_device_id, lobby_fixture_id, lobby_goods
from simulators.chain.script import Unattended
from simulators.core.clock import DemoTime
from simulators.core.photo_files import encode, leave_photo, photo_name
from simulators.playback.journal import Entry, cooler_entries
from simulators.playback.live import write_cooler_file
from simulators.playback.profiles import PHOTO_FOLDER, ShelfCamera
from simulators.render.packs.artwork import Pixels
from simulators.render.packs.packs import design_pack
from simulators.render.packs.sprites import SpriteShelf
from simulators.render.packs.troubles import Troubles
from simulators.render.shelves.cooler import CELL_WIDTH_MM, cooler_view, photograph_packs
from simulators.render.shelves.lanes import standings
from simulators.render.shelves.openings import DeedKind, Opening, after_opening, stocked_cooler
from simulators.render.shelves.shelf import Standing
from sync.core.clock import Clock

PICTURE_PX = (560, 780)
HEADER = "HELP YOURSELF"
SPRITES_KEPT, MASTERS_KEPT = 300, 120
FIRST_OPENING_AFTER = timedelta(minutes=7)
GAP_LEAST_S, GAP_MEAN_S, GAP_MOST_S = 240.0, 1100.0, 3000.0
"""Between two openings of the past."""
CARD_PLACE = (1, 3)
CARD_AFTER = timedelta(hours=2, minutes=20)
"""Then somebody fills the cooler and tapes a card to the glass before one lane: what is behind it
can neither be seen nor does anybody take it."""
CARD_COLOUR = (38, 132, 232)
CARD_EDGE = (30, 105, 190)
LIVE_GAP_S = (50.0, 150.0)
NEARLY_EMPTY = 1
"""So few packs left in a lane and somebody comes to fill the cooler."""
REFILLED_AFTER_S = 300.0
PHOTO_AFTER_S = 25.0
"""From the closed door to the photo."""
AGAIN_AFTER_S = 20.0
"""A camera that plans its photos takes a bad one again: by then a hand is gone, and most of the
fog."""
BAD_FOG = 0.5
LEFT_OF_FOG = 0.25
READING_EVERY_S = 62.0
"""A value stands in the controller's file for so long: the agent reads once a minute."""
FILE_EVERY_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """One opening, every pack where it stood then, and the photos after it: what spoils each, and
    when the last one was taken."""

    opening: Opening
    packs: tuple[Standing, ...]
    tries: tuple[Troubles, ...]
    photo_at: datetime

    def photo_times(self) -> list[datetime]:
        """When each photo was taken, the last one last."""
        last = len(self.tries) - 1
        again = timedelta(seconds=AGAIN_AFTER_S)
        return [self.photo_at - (last - number) * again for number in range(len(self.tries))]

    def as_json(self) -> dict[str, object]:
        """What is true of it."""
        return {
            "opened_at": self.opening.opened_at.isoformat(),
            "photo_at": self.photo_at.isoformat(),
            "is_refill": self.opening.is_service,
            "taken": dict(self.opening.count(DeedKind.TAKEN)),
            "put_back": dict(self.opening.count(DeedKind.PUT_BACK)),
            "refilled": dict(self.opening.count(DeedKind.REFILLED)),
        }


class LobbyCooler:
    """The lobby cooler of one store: its packs, its camera, its openings so far."""

    def __init__(self, planted: Unattended, time: DemoTime, seed: int) -> None:
        store_id = planted.store_id
        self.store_id = store_id
        self._since = planted.since
        self._card_since: datetime | None = None
        self.device_id = lobby_device_id(store_id)
        self.opened: list[Opened] = []
        self._time = time
        number = int(store_id[1:])
        rng = np.random.default_rng([seed, number, 2])
        self._rng = Random(f"{seed}/{store_id}/lobby")
        self._light = np.random.default_rng([seed, number, 3])
        view = cooler_view(ROWS, COLUMNS, rng)
        self._view = replace(view, width_px=PICTURE_PX[0], height_px=PICTURE_PX[1], header=HEADER)
        designs = {place: design_pack(as_product(good)) for place, good in lobby_goods().items()}
        self._cooler = stocked_cooler(designs, self._view, Feed.STILL, rng)
        self._first = tuple(standings(list(self._cooler.lanes.values())))
        self._sprites = SpriteShelf(capacity=SPRITES_KEPT, masters=MASTERS_KEPT)

    def scene(self) -> ShelfCamera:
        """How its camera is set up."""
        return ShelfCamera(
            width_px=self._view.width_px,
            height_px=self._view.height_px,
            corners=self._view.seen_corners,
            camera_mm=self._view.camera_mm,
        )

    def play_past(self) -> None:
        """Today's openings until the demonstration begins."""
        at = self._since + FIRST_OPENING_AFTER
        while at < self._time.started_at - timedelta(seconds=GAP_LEAST_S):
            at += timedelta(seconds=self._play(at).opening.open_s)
            if self.is_nearly_empty or self._wants_card(at):
                at += timedelta(seconds=REFILLED_AFTER_S)
            else:
                gap_s = GAP_LEAST_S + self._rng.expovariate(1 / GAP_MEAN_S)
                at += timedelta(seconds=min(gap_s, GAP_MOST_S))

    @property
    def is_nearly_empty(self) -> bool:
        """Whether a lane wants filling."""
        return any(len(lane.held()) <= NEARLY_EMPTY for lane in self._cooler.lanes.values())

    def readings(self, seed: int) -> list[Entry]:
        """What its controller read since it stands there."""
        times = [opened.opening.opened_at for opened in self.opened]
        return cooler_entries(
            lobby_fixture_id(self.store_id),
            self._since,
            lambda begins_at, ends_at: sum(begins_at <= at < ends_at for at in times),
            self._time,
            Random(f"{seed}/{self.device_id}/cooler"),
        )

    def leave_past(self, folder: Path) -> None:
        """The day's photos so far lie in the device's folder, and the door is shut."""
        for name, jpeg in self.photos():
            leave_photo(folder / PHOTO_FOLDER, name, jpeg)
        write_cooler_file(folder, self._time.local(self._time.started_at), self._rng, open_s=0.0)

    def photos(self) -> Iterator[tuple[str, bytes]]:
        """File name and JPEG of the day's photos so far: before the first opening, after each."""
        first = self._photograph(self._first, Troubles(), with_card=False)
        yield photo_name(self._since), first
        for opened in self.opened:
            for at, troubles in zip(opened.photo_times(), opened.tries, strict=True):
                yield photo_name(at), self._after(opened, troubles)

    async def live(self, folder: Path, clock: Clock) -> None:
        """Opening after opening by the clock, for ever: the controller's file in the device's
        `folder` tells the door, and a photo comes after it was closed."""
        while True:
            await self._wait(folder, clock, self._rng.uniform(*LIVE_GAP_S), open_s=0.0)
            if not OPENS_H <= self._time.local(clock.now()).hour < CLOSES_H:
                continue
            opened = self._play(clock.now(), until_photo_s=0.0)
            left_s = opened.opening.open_s
            while left_s > 0:
                await self._wait(folder, clock, READING_EVERY_S, open_s=min(60.0, left_s))
                left_s -= 60.0
            again_s = AGAIN_AFTER_S * (len(opened.tries) - 1)
            opened = replace(opened, photo_at=clock.now() + timedelta(seconds=again_s))
            self.opened[-1] = opened
            for at, troubles in zip(opened.photo_times(), opened.tries, strict=True):
                left_s = (at - clock.now()).total_seconds()
                await self._wait(folder, clock, left_s, open_s=0.0)
                jpeg = await asyncio.to_thread(self._after, opened, troubles)
                await asyncio.to_thread(leave_photo, folder / PHOTO_FOLDER, photo_name(at), jpeg)

    def stood_in(self, slot_id: str, taken_at: datetime) -> str | None:
        """The product at the front of a slot in the photo of that second; None: none stood there,
        or there is no such photo."""
        shown = {
            at.replace(microsecond=0): opened.packs
            for opened in self.opened
            for at in opened.photo_times()
        }
        packs = {self._since: self._first, **shown}.get(taken_at.replace(microsecond=0), ())
        _, row, column = slot_id.split("-")
        here = [
            pack
            for pack in packs
            if (pack.board + 1, int(pack.x_mm // CELL_WIDTH_MM) + 1) == (int(row), int(column))
        ]
        front = min(here, key=lambda pack: pack.setback_mm, default=None)
        return front.design.gtin if front else None

    def _wants_card(self, at: datetime) -> bool:
        return self._card_since is None and at >= self._since + CARD_AFTER

    def truth(self) -> dict[str, object]:
        """What is true of it so far."""
        return {
            "fixture": lobby_fixture_id(self.store_id),
            "behind_a_card": lobby_goods()[CARD_PLACE].gtin,
            "card_since": self._card_since.isoformat() if self._card_since else None,
            "openings": [opened.as_json() for opened in self.opened],
        }

    def _play(self, at: datetime, until_photo_s: float = PHOTO_AFTER_S) -> Opened:
        cooler = self._cooler
        hangs_card = self._wants_card(at)
        is_refill = hangs_card or self.is_nearly_empty
        opening = cooler.refill(at) if is_refill else cooler.visit(at)
        if hangs_card:
            cooler.close_lane(CARD_PLACE)
            self._card_since = at
        tries = self._tries()
        again_s = AGAIN_AFTER_S * (len(tries) - 1)
        opened = Opened(
            opening=opening,
            packs=tuple(standings(list(cooler.lanes.values()))),
            tries=tries,
            photo_at=at + timedelta(seconds=opening.open_s + until_photo_s + again_s),
        )
        self.opened.append(opened)
        return opened

    async def _wait(self, folder: Path, clock: Clock, for_s: float, *, open_s: float) -> None:
        """The controller's file says how long the door was open in the last minute."""
        until_s = clock.monotonic_s() + for_s
        while (left_s := until_s - clock.monotonic_s()) > 0:
            write_cooler_file(folder, self._time.local(clock.now()), self._rng, open_s=open_s)
            await asyncio.sleep(min(FILE_EVERY_S, left_s))

    def _tries(self) -> tuple[Troubles, ...]:
        first = after_opening(self._light)
        if first.fog < BAD_FOG and not first.hand:
            return (first,)
        return first, replace(first, fog=LEFT_OF_FOG * first.fog, hand=0.0)

    def _after(self, opened: Opened, troubles: Troubles) -> bytes:
        since = self._card_since
        with_card = since is not None and opened.opening.opened_at >= since
        return self._photograph(opened.packs, troubles, with_card=with_card)

    def _photograph(
        self, packs: tuple[Standing, ...], troubles: Troubles, *, with_card: bool
    ) -> bytes:
        image, _, _ = photograph_packs(packs, self._view, self._light, self._sprites, troubles)
        if with_card:
            self._tape_card(image)
        return encode(image)

    def _tape_card(self, image: Pixels) -> None:
        """A plain card as large as a cell."""
        corners = np.array(self._view.seen_corners) * (self._view.width_px, self._view.height_px)
        row, column = CARD_PLACE
        cell = [(column - 1, row - 1), (column, row - 1), (column, row), (column - 1, row)]
        grid = np.array([(0, 0), (COLUMNS, 0), (COLUMNS, ROWS), (0, ROWS)], np.float32)
        home = cv2.getPerspectiveTransform(grid, corners.astype(np.float32))
        points = cv2.perspectiveTransform(np.array([cell], np.float32), home).astype(np.int32)
        cv2.fillPoly(image, [points], CARD_COLOUR, cv2.LINE_AA)
        cv2.polylines(image, [points], isClosed=True, color=CARD_EDGE, thickness=2)
