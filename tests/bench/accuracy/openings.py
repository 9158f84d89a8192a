"""Weeks of rendered door openings, read and scored:
`python -m tests.bench.accuracy.openings --weeks 2 --coolers 3 --seed 5`.

Every cooler has 4 × 10 lanes of the demonstration's 24 cooler SKUs, one reference picture each.
About 25 openings a day: one to three packs taken, some brought back, a third of these to a wrong
lane; packs turned and brushed; two refills a day, some lanes left short behind their front. A
picture after each; some are fogged or a hand is before them. `--feed` says whether packs stay
(still) or slide forward. Scored by SKU and week: what was taken and put back, against the truth.
Each cooler has a seed of its own, SEED + its number, and may be run alone.
"""

import argparse
import json
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np

from device_profiles.camera import LensDistortion, ShelfView
from device_profiles.planogram import Feed, FixtureProfile, PlanogramProfile
from simulators.chain.goods import as_product, demonstration_goods
from simulators.render.packs.lens import FISHEYE
from simulators.render.packs.packs import PackDesign, design_pack
from simulators.render.packs.sprites import SpriteShelf
from simulators.render.packs.troubles import Troubles
from simulators.render.shelves.cooler import CoolerView, cooler_view, reference_picture
from simulators.render.shelves.lanes import LANE_MM
from simulators.render.shelves.openings import (
    DeedKind,
    Opening,
    StockedCooler,
    after_opening,
    stocked_cooler,
)
from tests.bench.accuracy.opening_score import SAID, CoolerWeek, score
from vision_models.core.frame import Image
from vision_models.naming.gallery import Gallery
from vision_models.networks.embedding import Embedder
from vision_models.shelf.openings.changes import OpeningReading
from vision_models.shelf.openings.opening import Occasion, OpeningReader
from vision_models.shelf.quality import Quality
from vision_models.shelf.reader import ShelfReader

ROWS, COLUMNS = 4, 10
STARTS_AT = datetime(2026, 1, 5, tzinfo=UTC)
PICTURE_PX = (720, 960)
TRIES = 3

Weeks = dict[int, CoolerWeek]
"""By number of the week."""


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
    parser.add_argument("--errors", action="store_true", help="print each opening told wrongly")
    words = parser.parse_args()
    cv2.setNumThreads(1)
    feeds = list(Feed) if words.feed == "both" else [Feed(words.feed)]
    weeks: dict[Feed, list[CoolerWeek]] = defaultdict(list)
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(
            Path(folder),
            is_wide=words.fisheye,
            has_login=words.login,
            tells_errors=words.errors,
        )
        for number in range(words.coolers):
            feed = feeds[number % len(feeds)]
            found = list(bench.measure(feed, words.seed + number, words.weeks, counts).values())
            weeks[feed] += found
            named = {"cooler": number, "seed": words.seed + number, "feed": feed}
            print(json.dumps(named | score(found)), flush=True)
    every = [week for some in weeks.values() for week in some]
    by_feed = {str(feed.value): score(some) for feed, some in weeks.items()}
    print(json.dumps({"counts": dict(counts)} | score(every) | by_feed))


class Bench:
    """Goods, gallery and sprites for one run."""

    def __init__(
        self, folder: Path, *, is_wide: bool, has_login: bool, tells_errors: bool = False
    ) -> None:
        self.is_wide, self.has_login, self.tells_errors = is_wide, has_login, tells_errors
        goods = [as_product(good) for good in demonstration_goods() if good.brand_id == "quanye"]
        self.products = goods[:24]
        self.designs = [design_pack(product) for product in self.products]
        self.sprites = SpriteShelf(capacity=1500, masters=700)
        self.gallery = Gallery.open_or_make(folder / "gallery", Embedder.shipped())
        for product, design in zip(self.products, self.designs, strict=True):
            picture = np.asarray(reference_picture(design, 0.0, self.sprites), np.uint8)
            self.gallery.enroll(product.gtin, [("reference", picture)], STARTS_AT)

    def measure(self, feed: Feed, seed: int, weeks: int, counts: Counter[str]) -> Weeks:
        """Truth and estimates of one cooler, by week."""
        rng = np.random.default_rng(seed)
        cooler = self._cooler(feed, rng)
        fixture, planogram, view = self._profile(cooler, feed)
        reader = ShelfReader(self.gallery)
        widths = {product.gtin: product.width_mm for product in self.products}
        opener = OpeningReader(fixture, view, widths)
        found: Weeks = defaultdict(CoolerWeek)
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
            week = found[(opening.opened_at - STARTS_AT).days // 7]
            week.note(opening, seen)
            if self.tells_errors:
                tell_errors(opening, seen)
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

    def _profile(
        self, cooler: StockedCooler, feed: Feed
    ) -> tuple[FixtureProfile, PlanogramProfile, ShelfView]:
        fixture = FixtureProfile.model_validate(
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
        planogram = PlanogramProfile.model_validate(
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


def tell_errors(opening: Opening, seen: OpeningReading | None) -> None:
    """Prints what one opening was told wrongly, by more than half a pack."""
    for what, name in SAID.items():
        truth = opening.count(DeedKind(what))
        said = {change.gtin: getattr(change, name).mean for change in seen.changes} if seen else {}
        for gtin in sorted(set(truth) | set(said)):
            if abs(truth[gtin] - said.get(gtin, 0.0)) <= 0.5:
                continue
            lanes = [deed.place for deed in opening.deeds if deed.gtin == gtin]
            purpose = seen.purpose.value if seen else "unseen"
            print(
                f"{opening.opened_at:%d %H:%M} service={opening.is_service} {purpose} {what} {gtin}"
                f" truth {truth[gtin]} said {said.get(gtin, 0.0):.2f} lanes {lanes}",
                flush=True,
            )


if __name__ == "__main__":
    main()
