"""Weeks of rendered door openings, read and scored:
`python -m tests.bench.opening_accuracy --weeks 2 --coolers 3 --seed 5`.

Every cooler has 4 × 10 lanes of the demonstration's 24 cooler SKUs, one reference picture each.
About 25 openings a day: one to three packs taken, some brought back, a third of these to a wrong
lane; packs turned and brushed; two refills a day, some lanes left short behind their front. A
picture after each; some are fogged or a hand is before them. `--feed` says whether packs stay
(still) or slide forward. Scored by SKU and week: what was taken and put back, against the truth.
"""

import argparse
import json
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np

from device_profiles.camera import LensDistortion, ShelfView
from device_profiles.planogram import Feed, Fixture, Planogram
from simulators.goods import as_product, demonstration_goods
from simulators.render.cooler import CoolerView, cooler_view, reference_picture
from simulators.render.lanes import LANE_MM
from simulators.render.lens import FISHEYE
from simulators.render.openings import (
    DeedKind,
    Opening,
    StockedCooler,
    after_opening,
    stocked_cooler,
)
from simulators.render.packs import PackDesign, design_pack
from simulators.render.sprites import SpriteShelf
from simulators.render.troubles import Troubles
from vision_models.changes import OpeningReading
from vision_models.embedding import Embedder
from vision_models.frame import Image
from vision_models.gallery import Gallery
from vision_models.opening import Occasion, OpeningReader
from vision_models.quality import Quality
from vision_models.shelf import ShelfReader

ROWS, COLUMNS = 4, 10
STARTS_AT = datetime(2026, 1, 5, tzinfo=UTC)
PICTURE_PX = (720, 960)
TRIES = 3
NINE_IN_TEN = 1.645
"""Standard deviations on either side that hold nine of ten normal values."""


@dataclass(slots=True)
class Tally:
    """One SKU's week in one cooler: packs, and what was said of them."""

    truth: Counter[str] = field(default_factory=Counter)
    mean: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    variance: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    untold: int = 0

    def holds(self, what: str) -> bool:
        """Whether the stated range holds the truth, to the whole pack."""
        half = NINE_IN_TEN * self.variance[what] ** 0.5
        low, high = np.floor(self.mean[what] - half), np.ceil(self.mean[what] + half)
        return bool(max(0.0, low) <= self.truth[what] <= high)

    def width(self, what: str) -> float:
        """The half width of the stated range."""
        return float(NINE_IN_TEN * self.variance[what] ** 0.5)


Week = dict[tuple[int, str], Tally]
"""By number of the week and GTIN."""


def main() -> None:
    """Render, read, score; the last line is JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weeks", type=int, default=1)
    parser.add_argument("--coolers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--feed", choices=["still", "sliding", "both"], default="both")
    parser.add_argument(
        "--fisheye", action="store_true", help="a wide lens, 620 mm before the front"
    )
    parser.add_argument("--login", action="store_true", help="refills are told by a service login")
    words = parser.parse_args()
    cv2.setNumThreads(1)
    feeds = list(Feed) if words.feed == "both" else [Feed(words.feed)]
    tallies: dict[Feed, list[Tally]] = defaultdict(list)
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), is_wide=words.fisheye, has_login=words.login)
        for number in range(words.coolers):
            feed = feeds[number % len(feeds)]
            found = bench.measure(feed, words.seed + number, words.weeks, counts)
            tallies[feed] += found.values()
            print(json.dumps({"cooler": number, "feed": feed} | score(list(found.values()))))
    every = [tally for some in tallies.values() for tally in some]
    by_feed = {str(feed.value): score(some) for feed, some in tallies.items()}
    print(json.dumps({"counts": dict(counts)} | score(every) | by_feed))


class Bench:
    """Goods, gallery and sprites for one run."""

    def __init__(self, folder: Path, *, is_wide: bool, has_login: bool) -> None:
        self.is_wide, self.has_login = is_wide, has_login
        goods = [as_product(good) for good in demonstration_goods() if good.brand_id == "quanye"]
        self.products = goods[:24]
        self.designs = [design_pack(product) for product in self.products]
        self.sprites = SpriteShelf(capacity=1500, masters=700)
        self.gallery = Gallery.open_or_make(folder / "gallery", Embedder.shipped())
        for product, design in zip(self.products, self.designs, strict=True):
            picture = np.asarray(reference_picture(design, 0.0, self.sprites), np.uint8)
            self.gallery.enroll(product.gtin, [("reference", picture)], STARTS_AT)

    def measure(self, feed: Feed, seed: int, weeks: int, counts: Counter[str]) -> Week:
        """Truth and estimates of one cooler, by week and SKU."""
        rng = np.random.default_rng(seed)
        cooler = self._cooler(feed, rng)
        fixture, planogram, view = self._profile(cooler, feed)
        reader = ShelfReader(self.gallery)
        widths = {product.gtin: product.width_mm for product in self.products}
        opener = OpeningReader(fixture, view, widths)
        found: Week = defaultdict(Tally)
        memory = None
        for opening, images in self._pictures(cooler, seed, weeks):
            for image in images:
                reading = reader.read(image, view=view, fixture=fixture, planogram=planogram)
                counts[f"photos {reading.quality}"] += 1
                if reading.quality is Quality.CLEAR:
                    break
            front = opener.front(image, reading)
            if memory is None or opening is None:
                memory = opener.first(front)
                continue
            memory, seen = opener.compare(memory, front, self._occasion(opening))
            week = (opening.opened_at - STARTS_AT).days // 7
            note(found, week, opening, seen)
        return found

    def _occasion(self, opening: Opening) -> Occasion:
        is_service = opening.is_service if self.has_login else None
        return Occasion(open_s=opening.open_s, openings=1, is_service=is_service)

    def _pictures(
        self, cooler: StockedCooler, seed: int, weeks: int
    ) -> Iterator[tuple[Opening | None, Iterator[Image]]]:
        rng = np.random.default_rng([seed, 9])
        yield None, self._tries(cooler, rng, Troubles())
        until = STARTS_AT + timedelta(weeks=weeks)
        for opening in cooler.openings(STARTS_AT, until):
            yield opening, self._tries(cooler, rng, after_opening(rng))

    def _tries(
        self, cooler: StockedCooler, rng: np.random.Generator, troubles: Troubles
    ) -> Iterator[Image]:
        """A bad picture is taken again, as the agent does: fog fades, a hand goes away."""
        for _ in range(TRIES):
            yield cooler.photograph(self.sprites, rng, troubles)
            troubles = replace(troubles, fog=0.6 * troubles.fog, hand=0.0)

    def _cooler(self, feed: Feed, rng: np.random.Generator) -> StockedCooler:
        view = cooler_view(ROWS, COLUMNS, rng)
        view = replace(view, width_px=PICTURE_PX[0], height_px=PICTURE_PX[1])
        if self.is_wide:
            view = replace(view, distortion=FISHEYE, camera_mm=620.0)
        designs: dict[tuple[int, int], PackDesign] = {
            (row + 1, column + 1): self.designs[(row * COLUMNS + column) % len(self.designs)]
            for row, column in np.ndindex(ROWS, COLUMNS)
        }
        return stocked_cooler(designs, view, feed, rng)

    def _profile(self, cooler: StockedCooler, feed: Feed) -> tuple[Fixture, Planogram, ShelfView]:
        fixture = Fixture.model_validate(
            {
                "fixture_id": "cooler",
                "letter": "A",
                "name": {"en": "Cooler", "zh": "冷柜"},
                "kind": "cooler-upright",
                "rows": ROWS,
                "columns": COLUMNS,
                "feed": feed,
                "lane_mm": LANE_MM,
            }
        )
        slots = [
            {"slot_id": fixture.slot_id(*place), "gtin": lane.planned.gtin}
            for place, lane in cooler.lanes.items()
        ]
        planogram = Planogram.model_validate(
            {
                "planogram_id": "plan",
                "version": 1,
                "fixture_id": "cooler",
                "valid_from": STARTS_AT.isoformat(),
                "slots": slots,
            }
        )
        return fixture, planogram, shelf_view(cooler.view)


def shelf_view(view: CoolerView) -> ShelfView:
    """The calibration of a rendered cooler's camera."""
    return ShelfView(
        fixture_id="cooler",
        corners=view.seen_corners,
        distortion=LensDistortion.model_validate(view.distortion),
        camera_mm=view.camera_mm,
    )


def note(found: Week, week: int, opening: Opening, seen: OpeningReading | None) -> None:
    """Adds one opening's truth and what was said of it."""
    for kind in (DeedKind.TAKEN, DeedKind.PUT_BACK, DeedKind.REFILLED):
        for gtin, count in opening.count(kind).items():
            found[week, gtin].truth[kind.value] += count
    for change in seen.changes if seen else ():
        tally = found[week, change.gtin]
        tally.untold += change.untold
        for name, said in (
            ("taken", change.taken),
            ("put-back", change.put_back),
            ("refilled", change.refilled),
        ):
            tally.mean[name] += said.mean
            tally.variance[name] += said.variance


def score(tallies: list[Tally]) -> dict[str, object]:
    """The figures of some SKU-weeks: by what, Σ|error| / Σ truth and the mean of |error| / truth of
    the SKU-weeks that have any; how many ranges hold the truth; how wide they are."""
    figures: dict[str, object] = {"sku_weeks": len(tallies)}
    both = sum(tally.truth["taken"] + tally.truth["put-back"] for tally in tallies)
    wrong = sum(
        abs(tally.mean[what] - tally.truth[what])
        for tally in tallies
        for what in ("taken", "put-back")
    )
    figures["taken_and_put_back_error"] = round(wrong / both, 4) if both else None
    for what in ("taken", "put-back", "refilled"):
        truth = sum(tally.truth[what] for tally in tallies)
        errors = [abs(tally.mean[what] - tally.truth[what]) for tally in tallies]
        shares = [
            error / tally.truth[what]
            for error, tally in zip(errors, tallies, strict=True)
            if tally.truth[what]
        ]
        figures[what] = {
            "truth": truth,
            "said": round(sum(tally.mean[what] for tally in tallies), 1),
            "error": round(sum(errors) / truth, 4) if truth else None,
            "error_mean": round(float(np.mean(shares)), 4) if shares else None,
            "held": round(float(np.mean([tally.holds(what) for tally in tallies])), 4),
            "half_width": round(float(np.mean([tally.width(what) for tally in tallies])), 2),
        }
    return figures


if __name__ == "__main__":
    main()
