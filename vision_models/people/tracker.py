"""Tracks: the same person from frame to frame, in seconds and not in frames.

Matching is Hungarian over distance and overlap, first for certain detections, then for doubtful
ones (the two stages of ByteTrack, arXiv 2110.06864). Nothing of a person's looks is kept.
"""

from dataclasses import dataclass, field

import lap
import numpy as np
from numpy.typing import NDArray

from vision_models.core.detections import Boxes, Detections, overlaps

HIDDEN_BELOW = 0.93
"""A box lower than this share of what the person's height can be by now shows a part of them."""
NEAR_EDGE = 0.05
"""Share of a box's height within which the picture's lower edge may lie."""
HEIGHT_OF_WIDTH = 2.6
"""A standing person's height over the width of the shoulders with arms."""
FOLLOWED_AT = (0.25, 0.5)
"""How far down the box the places are that are followed; the nearer one counts. People in front
hide the legs first: the chest stays where it is."""

DOUBLED = 0.4
"""A new box that overlaps somebody's so far is that body once more: nobody is begun by it."""
SEEN_AGAIN_S = 0.3
LONGEST_STEP_S = 1.0
"""Between frames further apart nobody can be followed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerSettings:
    """Limits of a track. Speeds are in body heights a second: the same near and far. `strays`: so
    much farther from where it is expected a person may be for each second unseen; `new_strays`:
    the same while it is not known yet which way they go."""

    certain_score: float = 0.5
    doubtful_score: float = 0.2
    confirmed_after_s: float = 0.35
    confirmed_after_hits: int = 3
    bridged_s: float = 1.5
    slack_heights: float = 0.5
    strays_heights_s: float = 0.45
    new_strays_heights_s: float = 1.5
    shrinks_a_s: float = 0.3


@dataclass(slots=True, kw_only=True)
class Track:
    """One person in sight. `box` is the last seen one, (4,) pixels; `foot` is where the person
    stands, which may lie outside the picture; `full_height_px` and `full_width_px` are those when
    last seen whole; `velocity` is that of the box, px/s."""

    track_id: int
    box: NDArray[np.float32]
    first_at_s: float
    seen_at_s: float
    foot: tuple[float, float]
    full_height_px: float | None = None
    full_width_px: float | None = None
    hits: int = 1
    is_confirmed: bool = False
    velocity: NDArray[np.float32] = field(default_factory=lambda: np.zeros(2, np.float32))

    @property
    def height_px(self) -> float:
        """Height of the box."""
        return float(self.box[3] - self.box[1])

    def expected_box(self, at_s: float) -> NDArray[np.float32]:
        """Where the box should be by now; a lost person is not expected to run on for ever."""
        ahead_s = min(at_s - self.seen_at_s, 0.6)
        shift = self.velocity * np.float32(ahead_s)
        return np.asarray(self.box + np.tile(shift, 2), dtype=np.float32)


class Tracker:
    """Follows people through one camera's frames of `frame_width_px` × `frame_height_px`."""

    def __init__(
        self,
        frame_height_px: int,
        frame_width_px: int | None = None,
        settings: TrackerSettings | None = None,
    ) -> None:
        self.settings = settings or TrackerSettings()
        self._lowest_px = frame_height_px - 2.0
        self._rightmost_px = (frame_width_px or np.inf) - 2.0
        self._tracks: list[Track] = []
        self._next_id = 1
        self._at_s: float | None = None
        self._step_s = 0.0

    def update(self, detections: Detections, at_s: float) -> tuple[Track, ...]:
        """Every track alive at `at_s`; those seen in this frame have `seen_at_s == at_s`.

        Time that goes back (a source that began anew) ends all tracks.
        """
        if self._at_s is not None and at_s < self._at_s:
            self._tracks = []
        elif self._at_s is not None:
            self._step_s += 0.2 * (min(at_s - self._at_s, LONGEST_STEP_S) - self._step_s)
        self._at_s = at_s
        limits = self.settings
        certain = detections[detections.scores >= limits.certain_score]
        doubtful = detections[
            (detections.scores >= limits.doubtful_score)
            & (detections.scores < limits.certain_score)
        ]
        waiting, fresh = self._match(self._tracks, certain.boxes, at_s)
        self._match([track for track in waiting if track.is_confirmed], doubtful.boxes, at_s)
        for box in self._without_doubles(fresh, at_s):
            self._tracks.append(
                Track(
                    track_id=self._next_id,
                    box=box,
                    first_at_s=at_s,
                    seen_at_s=at_s,
                    foot=self._foot(box, None, None),
                    full_height_px=self._full_height(box),
                    full_width_px=self._full_width(box),
                )
            )
            self._next_id += 1
        self._tracks = [track for track in self._tracks if self._lives(track, at_s)]
        return tuple(self._tracks)

    def _without_doubles(
        self, fresh: list[NDArray[np.float32]], at_s: float
    ) -> list[NDArray[np.float32]]:
        """Those of the boxes without a partner that are not somebody's who is in sight."""
        seen = [t.box for t in self._tracks if t.is_confirmed and t.seen_at_s == at_s]
        if not seen or not fresh:
            return fresh
        shared = overlaps(np.stack(fresh), np.stack(seen)).max(axis=1)
        return [box for box, share in zip(fresh, shared, strict=True) if share <= DOUBLED]

    def _lives(self, track: Track, at_s: float) -> bool:
        # An unconfirmed one must be seen again at once: noise seldom is.
        # On a slow source "at once" is the next frame or the one after it.
        soon_s = max(SEEN_AGAIN_S, 2.2 * self._step_s)
        patience_s = self.settings.bridged_s if track.is_confirmed else soon_s
        return at_s - track.seen_at_s <= patience_s

    def _match(
        self, tracks: list[Track], boxes: Boxes, at_s: float
    ) -> tuple[list[Track], list[NDArray[np.float32]]]:
        """Tracks and boxes that found no partner; the others are updated."""
        if not tracks or not len(boxes):
            return list(tracks), list(boxes)
        costs = self._costs(tracks, boxes, at_s)
        _, box_of_track, _ = lap.lapjv(costs, extend_cost=True, cost_limit=1.0)
        taken = set()
        for track, index in zip(tracks, box_of_track, strict=True):
            if index >= 0:
                self._see(track, boxes[index], at_s)
                taken.add(int(index))
        waiting = [t for t, index in zip(tracks, box_of_track, strict=True) if index < 0]
        return waiting, [box for index, box in enumerate(boxes) if index not in taken]

    def _costs(self, tracks: list[Track], boxes: Boxes, at_s: float) -> NDArray[np.float64]:
        """0 for a perfect match to 1 for the limit; beyond the greatest believable way 10."""
        expected = np.stack([track.expected_box(at_s) for track in tracks])
        heights = np.maximum(expected[:, 3] - expected[:, 1], 1.0)
        ways = [_place(boxes, down)[None] - _place(expected, down)[:, None] for down in FOLLOWED_AT]
        apart = np.linalg.norm(ways, axis=3).min(axis=0) / heights[:, None]
        reach = np.array([self._reach(track, at_s) for track in tracks])
        sizes = np.log(np.maximum(boxes[:, 3] - boxes[:, 1], 1.0)[None] / heights[:, None])
        costs = 0.5 * apart / reach[:, None] + 0.35 * (1 - overlaps(expected, boxes))
        costs += 0.15 * np.minimum(np.abs(sizes) / 0.7, 1.0)
        return np.where((apart > reach[:, None]) | (np.abs(sizes) > 0.9), 10.0, costs)

    def _reach(self, track: Track, at_s: float) -> float:
        """How far from the expected place the person may be, in body heights."""
        limits = self.settings
        is_new = track.hits < limits.confirmed_after_hits
        strays = limits.new_strays_heights_s if is_new else limits.strays_heights_s
        return limits.slack_heights + strays * (at_s - track.seen_at_s)

    def _see(self, track: Track, box: NDArray[np.float32], at_s: float) -> None:
        passed_s = max(at_s - track.seen_at_s, 1e-3)
        moved = (box[:2] + box[2:] - track.box[:2] - track.box[2:]) * np.float32(0.5)
        track.box = box
        height_px = self._height_by_now(track, box, passed_s)
        x, y = self._foot(box, track.full_height_px, track.full_width_px)
        track.foot = (x, y if height_px is None else float(box[1]) + height_px)
        track.full_height_px = height_px or track.full_height_px
        track.full_width_px = self._full_width(box) or track.full_width_px
        share = np.float32(min(1.0, passed_s / 0.4))
        track.velocity = np.asarray(
            track.velocity + share * (moved / np.float32(passed_s) - track.velocity), np.float32
        )
        track.seen_at_s = at_s
        track.hits += 1
        limits = self.settings
        if (
            track.hits >= limits.confirmed_after_hits
            and at_s - track.first_at_s >= limits.confirmed_after_s
        ):
            track.is_confirmed = True

    def _height_by_now(
        self, track: Track, box: NDArray[np.float32], passed_s: float
    ) -> float | None:
        """How tall the person is from head to feet; None where the picture's edge cuts them off.

        A box that is suddenly lower has lost its legs to somebody in front: the head tells where
        the feet are.
        """
        seen_px = self._full_height(box)
        if seen_px is None or track.full_height_px is None:
            return seen_px
        shrunk = 1.0 - self.settings.shrinks_a_s * min(passed_s, 1.0)
        least_px = track.full_height_px * shrunk
        # A box that still ends where the feet were has lost its head, not its legs.
        has_feet = abs(float(box[3]) - track.foot[1]) < (1.0 - HIDDEN_BELOW) * least_px
        return seen_px if has_feet or seen_px >= HIDDEN_BELOW * least_px else least_px

    def _full_height(self, box: NDArray[np.float32]) -> float | None:
        return None if self._is_cut_below(box) else float(box[3] - box[1])

    def _is_cut_below(self, box: NDArray[np.float32]) -> bool:
        """Whether the picture's lower edge cuts the person: a network's box ends near it then, not
        just on it."""
        return bool(box[3] >= self._lowest_px - NEAR_EDGE * (box[3] - box[1]))

    def _full_width(self, box: NDArray[np.float32]) -> float | None:
        is_whole = box[0] > 2.0 and box[2] < self._rightmost_px
        return float(box[2] - box[0]) if is_whole else None

    def _foot(
        self,
        box: NDArray[np.float32],
        full_height_px: float | None,
        full_width_px: float | None,
    ) -> tuple[float, float]:
        """The middle of the lower edge. Of a body that the picture's lower edge cuts off it lies as
        far below the head as the person was tall, or as somebody of that width is tall; of one cut
        off at a side, half the width that the person had beside the edge still seen."""
        x1, y1, x2, y2 = (float(side) for side in box)
        if self._is_cut_below(box):
            y2 = max(y2, y1 + (full_height_px or HEIGHT_OF_WIDTH * (x2 - x1)))
        x = (x1 + x2) / 2
        if full_width_px and x2 >= self._rightmost_px and x1 > 2.0:
            x = max(x, x1 + full_width_px / 2)
        elif full_width_px and x1 <= 2.0 and x2 < self._rightmost_px:
            x = min(x, x2 - full_width_px / 2)
        return x, y2


def _place(boxes: Boxes, down: float) -> Boxes:
    """The middle of each box, so far down: (n, 2)."""
    return np.asarray(
        boxes[:, :2] + np.array([0.5, down], np.float32) * (boxes[:, 2:] - boxes[:, :2])
    )
