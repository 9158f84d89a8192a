"""Photos of shelves whose products are known."""

import json
from pathlib import Path

import numpy as np
import pytest

from vision_models.core.errors import UnusablePicture
from vision_models.evaluation.shelves.sets import read_shelf_set, references_in

GTIN = "09520000000011"
PICTURE = np.zeros((100, 200, 3), np.uint8)


def labelled(folder: Path, name: str = "a", text: str = "0 0.5 0.5 0.2 0.4\n") -> Path:
    for part in ("images", "labels"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    (folder / "images" / f"{name}.jpg").write_bytes(b"jpeg")
    (folder / "labels" / f"{name}.txt").write_text(text, encoding="utf-8")
    return folder


def test_yolo_lines_become_boxes_in_pixels_of_their_picture(tmp_path: Path) -> None:
    (photo,) = read_shelf_set(
        labelled(tmp_path, text="0 0.5 0.5 0.2 0.4\n\n3 0.1 0.1 0.2 0.2 0.9\n")
    )
    assert photo.boxes_in(PICTURE).tolist() == pytest.approx(
        np.array([[80, 30, 120, 70], [0, 0, 40, 20]]), abs=0.01
    )
    assert (photo.are_shares, photo.names) == (True, None)


def test_a_picture_without_facings_is_part_of_the_set(tmp_path: Path) -> None:
    (photo,) = read_shelf_set(labelled(tmp_path, text=""))
    assert photo.boxes.shape == (0, 4)


def test_pictures_stand_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name in ("c", "a", "b"):
        labelled(tmp_path, name)
    (tmp_path / "images" / "notes.txt").write_text("", encoding="utf-8")
    assert [photo.image.stem for photo in read_shelf_set(tmp_path)] == ["a", "b", "c"]


def test_folders_may_stand_beside_each_other_under_the_sets_name(tmp_path: Path) -> None:
    made = labelled(tmp_path / "made")
    (made / "images").rename(tmp_path / "valid-images")
    (made / "labels").rename(tmp_path / "valid-labels")
    assert len(read_shelf_set(tmp_path / "valid")) == 1


def test_boxes_csv_gives_pixels(tmp_path: Path) -> None:
    (tmp_path / "boxes.csv").write_text(
        "image,class,x1,y1,x2,y2\nb.jpg,0,1,2,3,4\na.jpg,0,5,6,7,8\nb.jpg,0,9,9,10,10\n",
        encoding="utf-8",
    )
    first, second = read_shelf_set(tmp_path)
    assert (first.image, len(second.boxes)) == (tmp_path / "images" / "a.jpg", 2)
    assert first.boxes_in(PICTURE).tolist() == [[5, 6, 7, 8]]


def test_names_are_those_of_the_label_lines_null_for_a_stranger(tmp_path: Path) -> None:
    labelled(tmp_path, text="0 0.5 0.5 0.2 0.4\n0 0.1 0.1 0.1 0.1\n")
    (tmp_path / "names").mkdir()
    (tmp_path / "names" / "a.json").write_text(json.dumps(["9520000000011", None]))
    (photo,) = read_shelf_set(tmp_path)
    assert photo.names == (GTIN, None)


@pytest.mark.parametrize(
    ("names", "said"),
    [(["9520000000011", None], "names 2 facings, its labels have 1"), (["12"], "GTIN '12'")],
)
def test_names_that_do_not_fit_their_labels_are_told(
    tmp_path: Path, names: list[str | None], said: str
) -> None:
    labelled(tmp_path)
    (tmp_path / "names").mkdir()
    (tmp_path / "names" / "a.json").write_text(json.dumps(names))
    with pytest.raises(UnusablePicture, match=said):
        read_shelf_set(tmp_path)


def test_what_is_no_set_is_told_with_what_one_is(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    (empty / "images").mkdir(parents=True)
    with pytest.raises(UnusablePicture, match="has no labelled picture"):
        read_shelf_set(empty)
    (empty / "images" / "a.jpg").write_bytes(b"")
    with pytest.raises(UnusablePicture, match="no set of labelled photos"):
        read_shelf_set(empty)
    with pytest.raises(UnusablePicture, match="no such folder"):
        read_shelf_set(tmp_path / "nothing")
    bad = tmp_path / "bad"
    bad.mkdir()
    (bad / "boxes.csv").write_text("picture,x1\na.jpg,1\n", encoding="utf-8")
    with pytest.raises(UnusablePicture):
        read_shelf_set(bad)


def test_pictures_of_single_packs_are_found_by_their_number(tmp_path: Path) -> None:
    assert references_in(tmp_path) == {}
    (tmp_path / "references").mkdir()
    path = tmp_path / "references" / "9520000000011.jpg"
    path.write_bytes(b"jpeg")
    assert references_in(tmp_path) == {GTIN: path}
    (tmp_path / "references" / "cola.jpg").write_bytes(b"jpeg")
    with pytest.raises(UnusablePicture, match="references"):
        references_in(tmp_path)
