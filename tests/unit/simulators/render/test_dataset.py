"""Data sets of rendered pictures: labels that fit, packs numbered, nothing written half."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from biip.gtin import Gtin
from click.testing import Result
from typer.testing import CliRunner

from device_profiles.device import load_device
from simulators.render.dataset import (
    app,
    cut_out,
    frozen_packs,
    named_pack,
    write_references,
    yolo_lines,
)
from simulators.render.packs.pack_bodies import PackView
from simulators.render.packs.packs import unlisted_pack
from simulators.render.packs.sprites import SpriteShelf
from simulators.render.shelves.chests import FROZEN
from simulators.render.shelves.planned import LEAST_SLOTS
from simulators.render.shelves.shelf import Box

BLANK = np.zeros((100, 200, 3), np.uint8)


def asked(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def made(*words: object) -> None:
    result = asked(*words)
    assert result.exit_code == 0, result.output


def stems(folder: Path) -> list[str]:
    return sorted(path.stem for path in folder.iterdir())


def numbers(line: str) -> list[float]:
    return [float(word) for word in line.split()]


def test_a_label_is_the_middle_and_size_of_a_box_in_fractions() -> None:
    assert yolo_lines([(20, 10, 60, 30)], BLANK) == "0 0.200000 0.200000 0.200000 0.200000"


def test_a_box_is_clipped_to_its_picture() -> None:
    assert numbers(yolo_lines([(-50, -50, 100, 50)], BLANK)) == [0, 0.25, 0.25, 0.5, 0.5]
    assert numbers(yolo_lines([(-1, -1, 900, 900)], BLANK)) == [0, 0.5, 0.5, 1.0, 1.0]


@pytest.mark.parametrize(
    "box", [(-50, 0, -10, 20), (200, 0, 240, 20), (0, 100, 20, 140), (30, 30, 30, 60)]
)
def test_a_box_of_which_nothing_is_in_the_picture_has_no_label(box: Box) -> None:
    assert yolo_lines([box], BLANK) == ""
    assert yolo_lines([box, (0, 0, 200, 100)], BLANK).count("\n") == 0


def test_labels_stand_one_a_line_in_the_order_of_the_boxes() -> None:
    lines = yolo_lines([(0, 0, 20, 10), (100, 50, 200, 100)], BLANK).splitlines()
    assert [numbers(line)[1] for line in lines] == [0.05, 0.75]
    assert yolo_lines([], BLANK) == ""


@pytest.mark.parametrize("number", [0, 1, 7, 400, 99_999_999])
def test_a_pack_has_a_gtin_that_can_be_read_and_its_number_s_look(number: int) -> None:
    pack = named_pack(number)
    assert pack.gtin is not None
    assert Gtin.parse(pack.gtin).as_gtin_14() == pack.gtin
    assert (pack.brand_text, pack.seed) == (
        unlisted_pack(number).brand_text,
        unlisted_pack(number).seed,
    )


def test_no_two_packs_have_one_gtin() -> None:
    assert len({named_pack(number).gtin for number in range(500)}) == 500


def test_frozen_packs_are_the_next_ones_that_are_sold_frozen() -> None:
    packs = frozen_packs(30, 6)
    assert len(packs) == 6
    assert all(pack.shape in FROZEN for pack in packs)
    numbered = [named_pack(number) for number in range(30, 200)]
    assert packs == [pack for pack in numbered if pack.shape in FROZEN][:6]
    assert frozen_packs(30, 0) == []


@pytest.mark.parametrize("tall_px", [32, 150])
def test_a_pack_cut_out_is_as_tall_as_asked_and_not_premultiplied(tall_px: int) -> None:
    for number in range(8):
        design = unlisted_pack(number)
        picture = cut_out(design, PackView(), tall_px)
        width_px = max(8, round(tall_px * design.width_mm / design.height_mm))
        assert picture.shape == (tall_px, width_px, 4)
        premultiplied = SpriteShelf().sprite(design, PackView(), width_px, tall_px)
        assert np.array_equal(picture[..., 3], premultiplied[..., 3])
        laid = picture[..., :3] * (picture[..., 3:] / 255.0)
        assert np.abs(laid - premultiplied[..., :3]).max() <= 1.0


def test_a_reference_is_named_by_its_gtin(tmp_path: Path) -> None:
    packs = [named_pack(number) for number in (1, 2)]
    write_references(tmp_path / "new" / "references", packs)
    assert stems(tmp_path / "new" / "references") == sorted(str(pack.gtin) for pack in packs)


def test_a_reference_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    pack = named_pack(1)
    (tmp_path / f"{pack.gtin}.jpg").mkdir()
    with pytest.raises(OSError, match=f"cannot write .*{pack.gtin}"):
        write_references(tmp_path, [pack])


def test_shelves_have_a_name_for_each_label_and_a_reference_for_each_name(tmp_path: Path) -> None:
    made("shelves", tmp_path, "--count", 1, "--packs", 8, "--first", 40)
    assert stems(tmp_path / "images") == stems(tmp_path / "labels") == stems(tmp_path / "names")
    named = json.loads((tmp_path / "names" / "00000.json").read_text())
    labels = (tmp_path / "labels" / "00000.txt").read_text().splitlines()
    assert len(named) == len(labels) > 5
    references = {path.stem for path in (tmp_path / "references").iterdir()}
    assert references == {named_pack(number).gtin for number in range(40, 48)}
    assert set(named) <= references


def test_a_cooler_has_its_plan_and_photos(tmp_path: Path) -> None:
    made("coolers", tmp_path, "--count", 1, "--packs", 8, "--rows", 3, "--columns", 3)
    (fixture,) = load_device(tmp_path / "profile.toml").fixtures
    assert (fixture.rows, fixture.columns) == (3, 3)
    assert stems(tmp_path / "images") == stems(tmp_path / "slots") == ["00000"]
    assert len(stems(tmp_path / "references")) == 8


@pytest.mark.parametrize(("rows", "columns"), [(1, 3), (2, 4), (1, LEAST_SLOTS - 1)])
def test_a_cooler_too_small_for_what_is_changed_in_it_is_refused_before_it_is_written(
    tmp_path: Path, rows: int, columns: int
) -> None:
    out = tmp_path / "cooler"
    result = asked("coolers", out, "--count", 1, "--rows", rows, "--columns", columns)
    assert result.exit_code == 2
    assert f"{rows * columns} slots" in result.output
    assert not out.exists()


def test_a_chest_has_its_plan_and_photos_and_references_of_planned_packs_alone(
    tmp_path: Path,
) -> None:
    made("chests", tmp_path, "--count", 1, "--packs", 8, "--rows", 1, "--columns", 2)
    (fixture,) = load_device(tmp_path / "profile.toml").fixtures
    assert (fixture.rows, fixture.columns) == (1, 2)
    assert stems(tmp_path / "images") == stems(tmp_path / "baskets") == ["00000"]
    planned = [str(pack.gtin) for pack in frozen_packs(0, 8)]
    assert stems(tmp_path / "references") == sorted(planned)


def test_single_packs_are_numbered_from_the_first(tmp_path: Path) -> None:
    made("packs", tmp_path, "--count", 2, "--first", 3, "--tall", 32)
    assert stems(tmp_path) == ["pack-00003", "pack-00004"]
    pictures = [cv2.imread(str(path), cv2.IMREAD_UNCHANGED) for path in tmp_path.rglob("*.png")]
    assert len(pictures) == 6
    assert all(picture is not None and picture.shape[2] == 4 for picture in pictures)


@pytest.mark.parametrize("is_furnished", [False, True])
def test_people_have_labels_within_their_pictures(tmp_path: Path, is_furnished: bool) -> None:
    made("people", tmp_path, "--count", 3, *(["--furnished"] if is_furnished else []))
    assert stems(tmp_path / "images") == stems(tmp_path / "labels") == ["00000", "00001", "00002"]
    lines = [
        numbers(line)
        for path in (tmp_path / "labels").iterdir()
        for line in path.read_text().splitlines()
    ]
    assert lines
    for kind, x, y, wide, tall in lines:
        assert kind == 0
        assert x - wide / 2 >= -1e-5
        assert x + wide / 2 <= 1 + 1e-5
        assert y - tall / 2 >= -1e-5
        assert y + tall / 2 <= 1 + 1e-5


def test_some_people_stand_before_the_photos_given(tmp_path: Path) -> None:
    grounds = tmp_path / "grounds" / "deep"
    grounds.mkdir(parents=True)
    green = np.zeros((90, 120, 3), np.uint8)
    green[..., 1] = 200
    cv2.imwrite(str(grounds / "green.jpg"), green)
    made("people", tmp_path / "out", "--count", 6, "--seed", 2, "--grounds", grounds.parent)
    images = [cv2.imread(str(path)) for path in sorted((tmp_path / "out" / "images").iterdir())]
    is_green = [
        image is not None and image[:40, :, 1].mean() > image[:40, :, 2].mean() + 80
        for image in images
    ]
    assert 0 < sum(is_green) < 6


def test_a_folder_of_grounds_that_is_not_there_is_refused(tmp_path: Path) -> None:
    result = asked("people", tmp_path / "out", "--count", 1, "--grounds", tmp_path / "nowhere")
    assert result.exit_code == 2
    assert not (tmp_path / "out").exists()


def test_a_folder_of_grounds_without_a_photo_is_refused(tmp_path: Path) -> None:
    (tmp_path / "grounds").mkdir()
    result = asked("people", tmp_path / "out", "--count", 1, "--grounds", tmp_path / "grounds")
    assert result.exit_code == 2
    assert "no .jpg" in result.output
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("people", "--seed", 3),
        ("packs", "--tall", 32),
        ("chests", "--packs", 8, "--rows", 1, "--columns", 1, "--seed", 3),
    ],
)
def test_the_same_words_write_the_same_data_set(tmp_path: Path, words: tuple[object, ...]) -> None:
    kind, *rest = words
    written = []
    for out in (tmp_path / "one", tmp_path / "again"):
        made(kind, out, "--count", 1, *rest)
        files = [path for path in out.rglob("*") if path.is_file()]
        written.append({path.relative_to(out): path.read_bytes() for path in files})
    assert written[0] == written[1] != {}


@pytest.mark.parametrize(
    "words",
    [
        ("shelves", "--count", 0),
        ("shelves", "--packs", 7),
        ("packs", "--tall", 31),
        ("packs", "--first", -1),
        ("coolers", "--rows", 9),
        ("coolers", "--columns", 2),
        ("chests", "--rows", 5),
        ("chests", "--columns", 7),
        ("people", "--count", 0),
    ],
)
def test_what_cannot_be_made_is_refused_before_anything_is_written(
    tmp_path: Path, words: tuple[object, ...]
) -> None:
    kind, *rest = words
    assert asked(kind, tmp_path / "out", *rest).exit_code == 2
    assert not (tmp_path / "out").exists()
