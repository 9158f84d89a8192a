"""Rendered coolers and shelves: the truth beside a picture is the picture's."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from simulators.render.dataset import app
from simulators.render.packs.packs import PackDesign, unlisted_pack
from simulators.render.packs.sprites import SpriteShelf
from simulators.render.packs.troubles import Troubles
from simulators.render.shelves.cooler import cooler_view, render_cooler
from simulators.render.shelves.scenes import shelf_scene

ROWS, COLUMNS = 2, 4
FULL = {(row, column): row * 10 + column for row in (1, 2) for column in (1, 2, 3, 4)}


@pytest.fixture(scope="module")
def sprites() -> SpriteShelf:
    return SpriteShelf()


def packs(but: tuple[int, int] | None = None) -> dict[tuple[int, int], PackDesign]:
    return {place: unlisted_pack(seed) for place, seed in FULL.items() if place != but}


def test_the_same_seed_gives_the_same_picture(sprites: SpriteShelf) -> None:
    view = cooler_view(ROWS, COLUMNS, np.random.default_rng(3))
    one, other = (render_cooler(packs(), view, np.random.default_rng(4), sprites) for _ in range(2))
    assert np.array_equal(one.image, other.image)
    assert one.boxes == other.boxes


def test_a_box_holds_what_changes_when_its_pack_is_gone(sprites: SpriteShelf) -> None:
    view = cooler_view(ROWS, COLUMNS, np.random.default_rng(3))
    quiet = Troubles(reflection=0.0, noise=0.0)
    full = render_cooler(packs(), view, np.random.default_rng(4), sprites, quiet)
    gone = render_cooler(packs((2, 4)), view, np.random.default_rng(4), sprites, quiet)
    x1, y1, x2, y2 = (round(v) for v in full.boxes[2, 4])
    changed = np.abs(full.image.astype(int) - gone.image.astype(int)).max(axis=2) > 40
    assert changed[y1:y2, x1:x2].mean() > 0.4
    column = np.flatnonzero(changed.any(axis=0))
    # Packs behind it are gone as well, and they stand nearer to the middle.
    assert x1 - 60 < column.min() < x2
    assert column.max() < x2 + 6
    assert (2, 4) not in gone.boxes


def test_boxes_lie_in_their_cells_of_the_grid(sprites: SpriteShelf) -> None:
    view = cooler_view(ROWS, COLUMNS, np.random.default_rng(3))
    picture = render_cooler(packs(), view, np.random.default_rng(4), sprites)
    corners = np.array(view.corners, np.float32) * (view.width_px, view.height_px)
    grid = np.array([(0, 0), (COLUMNS, 0), (COLUMNS, ROWS), (0, ROWS)], np.float32)
    home = cv2.getPerspectiveTransform(corners.astype(np.float32), grid)
    for (row, column), (x1, y1, x2, y2) in picture.boxes.items():
        middle = np.array([[[(x1 + x2) / 2, (y1 + y2) / 2]]], np.float32)
        x, y = cv2.perspectiveTransform(middle, home)[0, 0]
        assert (int(y) + 1, int(x) + 1) == (row, column)


def test_a_hand_hides_packs_and_the_truth_says_so(sprites: SpriteShelf) -> None:
    view = cooler_view(ROWS, COLUMNS, np.random.default_rng(3))
    with_hand = Troubles(hand=1.0)
    picture = render_cooler(packs(), view, np.random.default_rng(4), sprites, with_hand)
    clean = render_cooler(packs(), view, np.random.default_rng(4), sprites)
    assert max(picture.hidden.values()) > 0.3
    assert max(clean.hidden.values()) < 0.2


@pytest.mark.parametrize(
    ("troubles", "is_brighter"),
    [
        (Troubles(fog=0.9), None),
        (Troubles(condensation=1.0), None),
        (Troubles(glare=1.0), True),
        (Troubles(darkness=0.8), False),
        (Troubles(covered=True), False),
        (Troubles(blur=1.0), None),
    ],
)
def test_each_trouble_shows(
    sprites: SpriteShelf, troubles: Troubles, is_brighter: bool | None
) -> None:
    view = cooler_view(ROWS, COLUMNS, np.random.default_rng(3))
    clean = render_cooler(packs(), view, np.random.default_rng(4), sprites).image
    bad = render_cooler(packs(), view, np.random.default_rng(4), sprites, troubles).image
    assert bad.shape == clean.shape
    assert np.abs(bad.astype(int) - clean.astype(int)).mean() > 1.0
    if is_brighter is not None:
        assert bool(bad.mean() > clean.mean()) is is_brighter


def test_a_dense_shelf_keeps_its_boxes_inside_the_picture(sprites: SpriteShelf) -> None:
    designs = [unlisted_pack(number) for number in range(12)]
    scene = shelf_scene(designs, np.random.default_rng(5), sprites, width_px=640, height_px=480)
    assert scene.image.shape == (480, 640, 3)
    assert len(scene.boxes) == len(scene.seen) == len(scene.designs) > 5
    boxes = np.array(scene.boxes)
    assert boxes.min() >= 0
    assert (boxes <= (640, 480, 640, 480)).all()
    assert all(0.0 <= share <= 1.0 for share in scene.seen)


def test_a_dataset_has_a_label_for_every_picture(tmp_path: Path) -> None:
    arguments = ["shelves", str(tmp_path), "--count", "2", "--packs", "8", "--seed", "1"]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    pictures = sorted((tmp_path / "images").glob("*.jpg"))
    assert [path.stem for path in pictures] == ["00000", "00001"]
    for path in pictures:
        rows = (tmp_path / "labels" / f"{path.stem}.txt").read_text().splitlines()
        values = np.array([[float(word) for word in row.split()] for row in rows])
        assert values.shape[1] == 5
        assert (values[:, 1:] >= 0).all()
        assert (values[:, 1:] <= 1).all()


def test_packs_alone_are_written_with_alpha(tmp_path: Path) -> None:
    arguments = ["packs", str(tmp_path), "--count", "2", "--first", "70", "--tall", "96"]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    written = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.png"))
    assert written == [f"pack-000{n}/{view}.png" for n in (70, 71) for view in range(3)]
    picture = cv2.imread(str(tmp_path / written[0]), cv2.IMREAD_UNCHANGED)
    assert picture is not None
    assert picture.shape[0] == 96
    assert (picture[..., 3].min(), picture[..., 3].max()) == (0, 255)
