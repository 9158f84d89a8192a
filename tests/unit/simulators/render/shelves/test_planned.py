"""Photos of a planned cooler, and the truth beside each."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from device_profiles.device import load_device
from simulators.chain.goods import as_product, demonstration_goods
from simulators.render.packs.packs import design_pack
from simulators.render.shelves.cooler import cooler_view
from simulators.render.shelves.planned import (
    GAPS,
    STRANGERS,
    SWAPS,
    place_of,
    planned_profile,
    write_planned_cooler,
)
from simulators.render.shelves.set_profile import PhotoSet

GOODS = [as_product(good) for good in demonstration_goods()]
PLANNED = [design_pack(product) for product in GOODS[:12]]
FOREIGN = [design_pack(product) for product in GOODS[12:14]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two photos of a cooler of 3 × 4 slots, each slot of another product."""
    out = tmp_path_factory.mktemp("planned")
    write_planned_cooler(
        PhotoSet(out=out, planned=PLANNED, strangers=FOREIGN, rows=3, columns=4, count=2, seed=3)
    )
    return out


def test_each_photo_has_its_truth_and_the_size_of_the_profile_s_camera(folder: Path) -> None:
    (camera,) = load_device(folder / "profile.toml").cameras
    photos = sorted((folder / "images").iterdir())
    assert [p.stem for p in photos] == [p.stem for p in sorted((folder / "slots").iterdir())]
    assert len(photos) == 2
    for photo in photos:
        assert cv2.imread(str(photo)).shape[:2] == (camera.height_px, camera.width_px)


def test_in_each_photo_so_many_slots_are_swapped_empty_or_strange(folder: Path) -> None:
    plan = {s.slot_id: s.gtin for s in load_device(folder / "profile.toml").planograms[0].slots}
    strangers = {design.gtin for design in FOREIGN}
    truths = [json.loads(path.read_text()) for path in sorted((folder / "slots").iterdir())]
    for truth in truths:
        assert set(truth) == set(plan)
        odd = {slot: gtin for slot, gtin in truth.items() if gtin != plan[slot]}
        assert sum(gtin is None for gtin in odd.values()) == GAPS
        assert sum(gtin in strangers for gtin in odd.values()) == STRANGERS
        swapped = {slot: gtin for slot, gtin in odd.items() if gtin in plan.values()}
        assert len(swapped) == 2 * SWAPS
        assert {plan[slot] for slot in swapped} == set(swapped.values())
    assert truths[0] != truths[1]


def test_a_cooler_larger_than_its_goods_has_them_over_and_over() -> None:
    profile = planned_profile(cooler_view(2, 3, np.random.default_rng(1)), PLANNED[:4])
    slots = profile.planograms[0].slots
    assert [slot.slot_id for slot in slots] == [f"A-{r}-{c}" for r in (1, 2) for c in (1, 2, 3)]
    assert slots[4].gtin == slots[0].gtin
    assert place_of("A-2-13") == (2, 13)
