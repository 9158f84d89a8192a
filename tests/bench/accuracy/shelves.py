"""Rendered coolers read slot by slot, scored: `python -m tests.bench.accuracy.shelves --photos 60`.

The demonstration's 24 cooler SKUs, one reference picture each, in 4 × 10 slots. Every photo has
slots swapped, emptied, and filled with packs that nobody enrolled. CoolR's rule: a facing that is
missed and one named wrongly both count; an unlisted pack is right when it is called unknown.
`--how rows` reads the same photos without the camera's calibration: boxes of the product detector,
rows, alignment with the plan. `--lens fisheye` bends the picture; the calibration says how.

*Deviations* are the slots that are not as planned. Swapped and foreign: found where the reading
names what truly stands there, or unknown for a foreign pack; gap: where it says empty. F1 of each
kind and of all; a hidden slot is a miss. The compliance error is that of each photo against the
truth of its visible slots.
"""

import argparse
import json
import tempfile
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from device_profiles.camera import LensDistortion, ShelfView
from device_profiles.planogram import FixtureProfile, PlanogramProfile
from simulators.chain.goods import as_product, demonstration_goods
from simulators.render.packs.lens import FISHEYE
from simulators.render.packs.packs import PackDesign, design_pack, unlisted_pack
from simulators.render.packs.sprites import SpriteShelf
from simulators.render.packs.troubles import Troubles
from simulators.render.shelves.cooler import cooler_view, reference_picture, render_cooler
from vision_models.naming.gallery import Gallery
from vision_models.networks.embedding import Embedder
from vision_models.networks.products import product_detector
from vision_models.shelf.compliance import compliance_error
from vision_models.shelf.quality import Quality
from vision_models.shelf.reader import ShelfReader
from vision_models.shelf.reading import ShelfReading

ROWS, COLUMNS = 4, 10
STRAIGHT = LensDistortion()
AT = datetime(2026, 1, 1, tzinfo=UTC)
TROUBLES = {
    "clear": Troubles(),
    "noisy": Troubles(noise=1.0, reflection=0.6),
    "condensation": Troubles(condensation=0.5),
    "hand": Troubles(hand=0.7),
    "fog": Troubles(fog=0.9),
    "dark": Troubles(darkness=0.95),
    "blurred": Troubles(blur=0.9),
    "glare": Troubles(glare=0.9),
    "covered": Troubles(covered=True),
}


def main() -> None:
    """Render, read, score; the last line is JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=60)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--trouble", choices=sorted(TROUBLES), default="clear")
    parser.add_argument("--how", choices=("slots", "rows"), default="slots")
    parser.add_argument("--lens", choices=("straight", "fisheye"), default="straight")
    parser.add_argument(
        "--empty-picture", action="store_true", help="with a photo of the empty cooler"
    )
    words = parser.parse_args()
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(
            Path(folder),
            words.photos,
            words.seed,
            TROUBLES[words.trouble],
            is_calibrated=words.how == "slots",
            knows_empty=words.empty_picture,
            lens=FISHEYE if words.lens == "fisheye" else STRAIGHT,
        )
    print(json.dumps(vars(words) | figures))


def measure(
    folder: Path,
    photos: int,
    seed: int,
    troubles: Troubles,
    *,
    is_calibrated: bool = True,
    knows_empty: bool = False,
    lens: LensDistortion = STRAIGHT,
) -> dict[str, object]:
    """The figures of `photos` photos of one cooler."""
    sprites = SpriteShelf()
    goods = [as_product(good) for good in demonstration_goods() if good.brand_id == "quanye"][:24]
    designs = {product.gtin: design_pack(product) for product in goods}
    gallery = Gallery.open_or_make(folder / "gallery", Embedder.shipped())
    for gtin, design in designs.items():
        picture = np.asarray(reference_picture(design, 0.0, sprites), np.uint8)
        gallery.enroll(gtin, [("reference", picture)], AT)
    rng = np.random.default_rng(seed)
    fixture, planogram = _plan(list(designs))
    view = replace(cooler_view(ROWS, COLUMNS, rng), distortion=lens)
    shelf_view = ShelfView(fixture_id="cooler", corners=view.seen_corners, distortion=lens)
    reader = ShelfReader(gallery, None if is_calibrated else product_detector())
    where: dict[str, Any] = {"view": shelf_view, "fixture": fixture} if is_calibrated else {}
    if knows_empty:
        bare = render_cooler({}, view, np.random.default_rng([seed, 1]), sprites)
        where["when_empty"] = reader.look_at_empty(
            np.asarray(bare.image, np.uint8), shelf_view, fixture
        )
    score, ms, deviations, errors = Counter[str](), [], Counter[str](), []
    for number in range(photos):
        truth, packs = _stocked(planogram, designs, rng, number)
        photo = render_cooler(packs, view, rng, sprites, troubles)
        image = np.asarray(photo.image, np.uint8)
        started_s = time.process_time()
        reading = reader.read(image, planogram=planogram, **where)
        ms.append(1000 * (time.process_time() - started_s))
        score["photos " + reading.quality] += 1
        if reading.quality is Quality.CLEAR:
            seen: dict[str, str | None] = dict.fromkeys(reading.empty_slots, "gap")
            seen |= {f.slot_id: f.gtin for f in reading.facings if f.slot_id}
            seen |= dict.fromkeys(reading.hidden_slots, "hidden")
            for slot, is_there in truth.items():
                found = seen.get(slot, "missing")
                score[_verdict(is_there, found)] += 1
                deviations.update(_deviations(planogram.product_in(slot), is_there, found))
            errors.append(_compliance_error(planogram, truth, reading))
    facings = sum(n for verdict, n in score.items() if verdict.startswith("facing"))
    right = score["facing right"] + score["facing unknown right"]
    return {
        "facing_accuracy": round(right / facings, 4) if facings else None,
        "false_gaps": score["facing called a gap"],
        "missed_gaps": score["gap missed"],
        "deviations_f1": {kind: _f1(deviations, kind) for kind in ("all", "gap", "other")},
        "compliance_error_mean": round(float(np.mean(errors)), 4) if errors else None,
        "compliance_error_max": round(max(errors), 4) if errors else None,
        "ms_median": round(float(np.median(ms))),
        "score": dict(sorted(score.items())),
    }


def _plan(gtins: list[str]) -> tuple[FixtureProfile, PlanogramProfile]:
    fixture = FixtureProfile.model_validate(
        {
            "fixture_id": "cooler",
            "letter": "A",
            "name": {"en": "Cooler", "zh": "冷柜"},
            "kind": "cooler-upright",
            "rows": ROWS,
            "columns": COLUMNS,
        }
    )
    slots = [
        {"slot_id": fixture.slot_id(row + 1, column + 1), "gtin": gtins[place % len(gtins)]}
        for place, (row, column) in enumerate(np.ndindex(ROWS, COLUMNS))
    ]
    return fixture, PlanogramProfile.model_validate(
        {
            "planogram_id": "plan",
            "version": 1,
            "fixture_id": "cooler",
            "valid_from": "2026-01-01T00:00:00Z",
            "slots": slots,
        }
    )


def _stocked(
    planogram: PlanogramProfile,
    designs: dict[str, PackDesign],
    rng: np.random.Generator,
    number: int,
) -> tuple[dict[str, str | None], dict[tuple[int, int], PackDesign]]:
    """What stands where: two pairs swapped, three slots empty, two unlisted packs (None)."""
    truth: dict[str, str | None] = {slot.slot_id: slot.gtin for slot in planogram.slots}
    odd = [str(slot) for slot in rng.choice(sorted(truth), 9, replace=False)]
    for one, other in ((odd[0], odd[1]), (odd[2], odd[3])):
        truth[one], truth[other] = truth[other], truth[one]
    truth |= dict.fromkeys(odd[4:7], "gap") | dict.fromkeys(odd[7:9], None)
    packs = {}
    for slot, what in truth.items():
        _, row, column = slot.split("-")
        if what != "gap":
            design = designs[what] if what else unlisted_pack(9000 + 2 * number + (slot == odd[7]))
            packs[int(row), int(column)] = design
    return truth, packs


def _deviations(planned: str | None, truth: str | None, found: str | None) -> list[str]:
    """Which counts of true, found and right deviations one slot adds to."""
    kinds = {}
    for who, what in (("true", truth), ("found", found)):
        if what not in (planned, "hidden", "missing"):
            kinds[who] = "gap" if what == "gap" else "other"
    marks = [f"{who} {kind}" for who, kind in kinds.items()]
    if len(kinds) == 2 and found == truth:
        marks.append(f"right {kinds['true']}")
    return marks


def _f1(marks: Counter[str], kind: str) -> float | None:
    kinds = ("gap", "other") if kind == "all" else (kind,)
    right, true, found = (
        sum(marks[f"{who} {one}"] for one in kinds) for who in ("right", "true", "found")
    )
    return round(2 * right / (true + found), 4) if true + found else None


def _compliance_error(
    planogram: PlanogramProfile, truth: dict[str, str | None], reading: ShelfReading
) -> float:
    visible = [s for s in planogram.slots if s.slot_id not in reading.hidden_slots]
    right = sum(truth[slot.slot_id] == slot.gtin for slot in visible)
    if reading.compliance is None or not visible:
        return 1.0
    return compliance_error(reading.compliance, right / len(visible))


def _verdict(truth: str | None, seen: str | None) -> str:
    if truth == "gap":
        return "gap right" if seen == "gap" else "gap hidden" if seen == "hidden" else "gap missed"
    kind = "facing" if truth else "facing unknown"
    if seen == truth:
        return f"{kind} right"
    if seen == "gap":
        return "facing called a gap"
    if seen == "hidden":
        return "hidden"
    return f"{kind} called unknown" if seen is None else f"{kind} named wrongly"


if __name__ == "__main__":
    main()
