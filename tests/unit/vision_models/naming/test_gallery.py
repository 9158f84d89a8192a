"""The gallery: a folder a person can read, and what it recognises."""

import json
import tomllib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.stage.shelf_photos import AT, GTINS
from vision_models.core.errors import UnusableGallery
from vision_models.core.frame import Image
from vision_models.naming.gallery import Gallery
from vision_models.naming.matching import CROP_MATCH, Sureness
from vision_models.networks.embedding import Embedder

Picture = Callable[[int, float], Image]


def test_a_pack_is_recognised_from_one_picture_of_another_side(
    gallery: Gallery, pack_picture: Picture
) -> None:
    pictures = [pack_picture(9001 + number, 9.0) for number in range(4)]
    matches = gallery.match(pictures, how=CROP_MATCH)
    assert [match.accepted for match in matches] == list(GTINS)


def test_a_pack_that_nobody_enrolled_is_unknown(gallery: Gallery, pack_picture: Picture) -> None:
    matches = gallery.match([pack_picture(seed, 0.0) for seed in (9105, 9115)], how=CROP_MATCH)
    assert [match.accepted for match in matches] == [None, None]
    assert all(match.candidates for match in matches)


def test_a_pack_whose_sku_is_taken_out_is_unknown(gallery: Gallery, pack_picture: Picture) -> None:
    crop = pack_picture(9002, 6.0)
    others = gallery.without(GTINS[1])
    assert GTINS[1] not in others.gtins
    assert others.match([crop], how=CROP_MATCH)[0].accepted is None
    assert gallery.match([crop], how=CROP_MATCH)[0].accepted == GTINS[1]


def test_certainty_is_a_likelihood_that_rises_with_likeness_and_lead() -> None:
    sureness = Sureness(cosine=10.0, lead=5.0, offset=-7.0)
    assert sureness.of(0.7, 0.0) == pytest.approx(0.5)
    assert 0.0 < sureness.of(-1.0, -1.0) < sureness.of(0.6, 0.1) < sureness.of(0.9, 0.3) < 1.0


def test_what_is_planned_makes_the_same_sight_likelier(
    gallery: Gallery, pack_picture: Picture
) -> None:
    crop = pack_picture(9003, 12.0)
    (planned,) = gallery.match([crop], expected=[GTINS[2]], how=CROP_MATCH)
    (unplanned,) = gallery.match([crop], expected=[GTINS[0]], how=CROP_MATCH)
    assert planned.certainty >= unplanned.certainty


def test_what_is_planned_never_overrules_what_is_seen(
    gallery: Gallery, pack_picture: Picture
) -> None:
    (match,) = gallery.match([pack_picture(9001, 0.0)], expected=[GTINS[1]], how=CROP_MATCH)
    assert match.accepted == GTINS[0]


def test_a_person_can_read_where_each_picture_came_from(gallery: Gallery) -> None:
    words = tomllib.loads((gallery.path / "gallery.toml").read_text())
    first = words["picture"][0]
    assert (first["gtin"], first["origin"]) == (GTINS[0], "pack 0")
    assert (gallery.path / first["file"]).is_file()


def test_the_same_picture_is_kept_once(gallery: Gallery, pack_picture: Picture) -> None:
    again = gallery.enroll(GTINS[0], [("again", pack_picture(9001, 0.0))], AT)
    assert (again.added, again.already_there) == (0, 1)


def test_a_look_alike_is_reported_when_it_is_enrolled(
    gallery: Gallery, pack_picture: Picture
) -> None:
    nearly = np.clip(pack_picture(9001, 3.0).astype(np.int16) + 4, 0, 255).astype(np.uint8)
    done = gallery.enroll("05000112637922", [("copy", nearly)], AT)
    assert [alike.gtin for alike in done.look_alikes] == [GTINS[0]]


def test_a_reopened_gallery_recognises_the_same(
    gallery: Gallery, embedder: Embedder, pack_picture: Picture
) -> None:
    before = gallery.match([pack_picture(9002, 6.0)], how=CROP_MATCH)
    after = Gallery.open(gallery.path, embedder).match([pack_picture(9002, 6.0)], how=CROP_MATCH)
    assert after == before


def test_vectors_of_another_model_are_made_anew_and_kept_on_demand(
    gallery: Gallery,
    embedder: Embedder,
    pack_picture: Picture,
    caplog: pytest.LogCaptureFixture,
) -> None:
    file = gallery.path / "gallery.toml"
    file.write_text(file.read_text().replace(embedder.version, "another-model"))
    np.savez(gallery.path / "vectors.npz", vectors=np.zeros((4, 128), np.float32))
    with caplog.at_level("WARNING"):
        reopened = Gallery.open(gallery.path, embedder)
    assert "was made by model another-model" in caplog.text
    assert reopened.match([pack_picture(9003, 0.0)], how=CROP_MATCH)[0].accepted == GTINS[2]
    assert reopened.renew() == len(GTINS)
    caplog.clear()
    Gallery.open(gallery.path, embedder)
    assert caplog.text == ""


def test_a_wrong_check_digit_adds_nothing(gallery: Gallery, pack_picture: Picture) -> None:
    before = gallery.gtins
    with pytest.raises(UnusableGallery, match="fails its check digit: the last digit must be 2"):
        gallery.enroll("6901234567890", [("x", pack_picture(9001, 0.0))], AT)
    assert gallery.gtins == before


def test_no_gallery_says_how_to_make_one(tmp_path: Path, embedder: Embedder) -> None:
    with pytest.raises(UnusableGallery, match="aisle sku enroll --gallery"):
        Gallery.open(tmp_path / "none", embedder)


def test_an_empty_gallery_says_so(
    tmp_path: Path, embedder: Embedder, pack_picture: Picture
) -> None:
    empty = Gallery.open_or_make(tmp_path / "empty", embedder)
    with pytest.raises(UnusableGallery, match="is empty; enrol a SKU first"):
        empty.match([pack_picture(9001, 0.0)])


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path, embedder: Embedder) -> None:
    (tmp_path / "letter.txt").write_text("hello")
    with pytest.raises(UnusableGallery, match="neither a gallery nor an empty folder"):
        Gallery.open_or_make(tmp_path, embedder)


def test_a_missing_reference_picture_is_named(
    gallery: Gallery, embedder: Embedder, pack_picture: Picture
) -> None:
    file = gallery.path / "gallery.toml"
    file.write_text(file.read_text().replace(embedder.version, "another-model"))
    next((gallery.path / GTINS[1]).iterdir()).unlink()
    with pytest.raises(UnusableGallery, match="cannot be read; enrol its GTIN again"):
        Gallery.open(gallery.path, embedder)


NAMES = (
    "shelf \U0001f964.jpg",
    "可乐 👍🏽 \U0002070e.jpg",
    'quote " and \\ backslash.jpg',
    "tab\tnew\nline.jpg",
    "\x00\x1f\x7f\u0085.jpg",
    "\ufeffmark.jpg",
    "not text \udce9.jpg",
    "# [[picture]]",
    """'\'\'\' \"\"\"'""",
    "",
)


@pytest.mark.parametrize("name", NAMES)
def test_any_file_name_survives_in_the_list_of_pictures(
    tmp_path: Path, embedder: Embedder, pack_picture: Picture, name: str
) -> None:
    made = Gallery.open_or_make(tmp_path / "g", embedder)
    made.enroll(GTINS[0], [(name, pack_picture(9001, 0.0))], AT)
    made.enroll(GTINS[1], [("plain", pack_picture(9002, 0.0))], AT)
    assert Gallery.open(tmp_path / "g", embedder).gtins == tuple(sorted(GTINS[:2]))
    words = tomllib.loads((tmp_path / "g" / "gallery.toml").read_text(encoding="utf-8"))
    assert words["picture"][0]["origin"] == name.encode(errors="replace").decode()


def test_lists_of_earlier_versions_are_read_even_where_one_name_spoilt_them(
    gallery: Gallery, embedder: Embedder
) -> None:
    path = gallery.path / "gallery.toml"
    first, *others = tomllib.loads(path.read_text(encoding="utf-8"))["picture"]
    lines = ["format = 1", f'model = "{embedder.version}"', ""]
    for one in (first | {"origin": "shelf \U0001f964.jpg"}, *others):
        lines += ["[[picture]]", *(f"{key} = {json.dumps(one[key])}" for key in one), ""]
    path.write_text("\n".join(lines), encoding="utf-8")
    assert "\\ud83e\\udd64" in path.read_text(encoding="utf-8")
    assert Gallery.open(gallery.path, embedder).gtins == gallery.gtins
