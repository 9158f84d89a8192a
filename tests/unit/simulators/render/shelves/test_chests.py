"""A folder of photos of a chest freezer: a profile that a device takes, truth for each photo."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from device_profiles.device import load_device
from device_profiles.planogram import FixtureKind
from simulators.render.dataset import frozen_packs
from simulators.render.packs.troubles import Troubles
from simulators.render.shelves.chests import MOST_PACKS, slot_of, write_chests
from simulators.render.shelves.set_profile import PhotoSet

ROWS, COLUMNS, PHOTOS = 1, 3, 6
SLOTS = ["A-1-1", "A-1-2", "A-1-3"]
PACKS = frozen_packs(1, 9)
PLANNED, STRANGERS = PACKS[:6], PACKS[6:]
PLANNED_GTINS = [str(design.gtin) for design in PLANNED]
STRANGE_GTINS = {str(design.gtin) for design in STRANGERS}


def photo_set(out: Path, **wanted: Any) -> PhotoSet:
    plain = PhotoSet(
        out=out, planned=PLANNED, strangers=STRANGERS, rows=ROWS, columns=COLUMNS, count=1, seed=4
    )
    return replace(plain, **wanted)


def truths(out: Path) -> list[dict[str, Any]]:
    return [json.loads(path.read_text()) for path in sorted((out / "baskets").iterdir())]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Photos of three baskets, each planned for two packs of its own."""
    out = tmp_path_factory.mktemp("chests")
    write_chests(photo_set(out, count=PHOTOS))
    return out


@pytest.fixture(scope="module")
def baskets(folder: Path) -> list[tuple[str, dict[str, Any]]]:
    return [pair for truth in truths(folder) for pair in truth.items()]


def test_each_photo_has_its_truth_and_the_size_of_the_profile_s_camera(folder: Path) -> None:
    (camera,) = load_device(folder / "profile.toml").cameras
    photos = sorted((folder / "images").iterdir())
    assert [photo.name for photo in photos] == [f"{number:05d}.jpg" for number in range(PHOTOS)]
    assert [p.stem for p in sorted((folder / "baskets").iterdir())] == [p.stem for p in photos]
    for photo in photos:
        image = cv2.imread(str(photo))
        assert image is not None
        assert image.shape[:2] == (camera.height_px, camera.width_px)


def test_the_profile_is_a_chest_with_two_packs_to_each_basket(folder: Path) -> None:
    profile = load_device(folder / "profile.toml")
    (fixture,) = profile.fixtures
    assert fixture.kind is FixtureKind.COOLER_CHEST
    assert (fixture.rows, fixture.columns) == (ROWS, COLUMNS)
    slots = profile.planograms[0].slots
    assert [slot.slot_id for slot in slots] == SLOTS
    assert [[slot.gtin, *slot.others] for slot in slots] == [
        PLANNED_GTINS[at : at + 2] for at in (0, 2, 4)
    ]


def test_a_slot_is_named_as_the_fixture_names_it(folder: Path) -> None:
    (fixture,) = load_device(folder / "profile.toml").fixtures
    assert slot_of((1, 3)) == fixture.slot_id(1, 3) == "A-1-3"


def test_every_truth_tells_of_every_basket(
    folder: Path, baskets: list[tuple[str, dict[str, Any]]]
) -> None:
    assert all(list(truth) == SLOTS for truth in truths(folder))
    for slot, basket in baskets:
        assert 0.0 <= basket["filled"] <= 1.0, slot
        assert len(basket["packs"]) <= MOST_PACKS
        assert all(0.0 <= pack["seen"] <= 1.0 for pack in basket["packs"])


def test_an_empty_basket_is_not_filled_and_any_other_is(
    baskets: list[tuple[str, dict[str, Any]]],
) -> None:
    filled = [(len(basket["packs"]), basket["filled"]) for _, basket in baskets]
    assert all(share == 0.0 for count, share in filled if count == 0)
    assert all(share > 0.05 for count, share in filled if count)
    assert any(count == 0 for count, _ in filled)
    most, least = max(filled), min(one for one in filled if one[0])
    assert most[1] > least[1]


def test_the_last_pack_of_a_basket_lies_on_top(baskets: list[tuple[str, dict[str, Any]]]) -> None:
    tops = [basket["packs"][-1]["seen"] for _, basket in baskets if basket["packs"]]
    assert min(tops) == 1.0
    assert min(pack["seen"] for _, basket in baskets for pack in basket["packs"]) < 0.5


def test_most_packs_are_where_they_belong_some_astray_some_strange(
    folder: Path, baskets: list[tuple[str, dict[str, Any]]]
) -> None:
    plan = {
        slot.slot_id: {slot.gtin, *slot.others}
        for slot in load_device(folder / "profile.toml").planograms[0].slots
    }
    kinds: Counter[str] = Counter()
    for slot, basket in baskets:
        for pack in basket["packs"]:
            home = pack["gtin"] in plan[slot]
            kinds["home" if home else "strange" if pack["gtin"] in STRANGE_GTINS else "astray"] += 1
    assert kinds["home"] > 0.6 * kinds.total()
    assert kinds["astray"] > 0
    assert kinds["strange"] > 0
    seen = {pack["gtin"] for _, basket in baskets for pack in basket["packs"]}
    assert seen <= {*PLANNED_GTINS, *STRANGE_GTINS}


def test_baskets_are_filled_anew_for_each_photo(folder: Path) -> None:
    told = [json.dumps(truth) for truth in truths(folder)]
    assert len(set(told)) == PHOTOS


def test_the_same_seed_writes_the_same_folder_and_another_another(
    folder: Path, tmp_path: Path
) -> None:
    written = {}
    for seed in (4, 5):
        out = tmp_path / str(seed)
        out.mkdir()
        write_chests(photo_set(out, seed=seed))
        written[seed] = [
            (out / name).read_bytes()
            for name in ("profile.toml", "images/00000.jpg", "baskets/00000.json")
        ]
    # Fewer photos are the first of more.
    first = [
        (folder / name).read_bytes()
        for name in ("profile.toml", "images/00000.jpg", "baskets/00000.json")
    ]
    assert written[4] == first
    assert all(one != other for one, other in zip(written[4], written[5], strict=True))


def test_fewer_packs_than_baskets_are_planned_over_and_over(tmp_path: Path) -> None:
    write_chests(photo_set(tmp_path, planned=PLANNED[:3], rows=2, columns=2))
    slots = load_device(tmp_path / "profile.toml").planograms[0].slots
    one, two, three = PLANNED_GTINS[:3]
    assert [[slot.gtin, *slot.others] for slot in slots] == [
        [one, two],
        [three, one],
        [two, three],
        [one, two],
    ]


def test_troubles_spoil_the_photos_and_leave_the_plan(folder: Path, tmp_path: Path) -> None:
    write_chests(photo_set(tmp_path), Troubles(covered=True))
    dark, clear = (cv2.imread(str(out / "images/00000.jpg")) for out in (tmp_path, folder))
    assert dark is not None
    assert clear is not None
    assert float(np.mean(dark)) < 40 < float(np.mean(clear))
    assert (tmp_path / "profile.toml").read_bytes() == (folder / "profile.toml").read_bytes()


def test_a_photo_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "images" / "00000.jpg").mkdir(parents=True)
    with pytest.raises(OSError, match=r"cannot write .*00000\.jpg"):
        write_chests(photo_set(tmp_path))
