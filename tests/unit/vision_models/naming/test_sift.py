"""The same print on two pictures, proved by geometry."""

import cv2
import numpy as np
import pytest

from vision_models.core.frame import Image
from vision_models.naming.sift import LEAST_PAIRS, PrintReader, agreeing_points, placements

READER = PrintReader()


def pack(seed: int, side: int = 200) -> Image:
    """A print that nothing else looks like."""
    rng = np.random.default_rng(seed)
    picture = np.full((side, side, 3), 230, np.uint8)
    for _ in range(60):
        x, y = (int(one) for one in rng.integers(0, side, 2))
        size = int(rng.integers(6, 30))
        colour = tuple(int(part) for part in rng.integers(0, 200, 3))
        cv2.rectangle(picture, (x, y), (x + size, y + size // 2), colour, -1)
        cv2.putText(picture, chr(65 + seed % 26), (x, y), 0, 0.6, colour, 2)
    return picture


def placed(one: Image, at: tuple[int, int], scale: float = 1.0, side: int = 600) -> Image:
    """The pack on a plain wall."""
    wall = np.full((side, side, 3), 120, np.uint8)
    small = cv2.resize(one, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    wall[at[1] : at[1] + small.shape[0], at[0] : at[0] + small.shape[1]] = small
    return wall


def test_the_same_print_agrees_and_another_does_not() -> None:
    known = READER.read(pack(1))
    same = agreeing_points(READER.read(pack(1)), known)
    other = agreeing_points(READER.read(pack(2)), known)
    assert same > 50
    assert other < same / 5


def test_a_turned_and_smaller_print_is_still_the_same() -> None:
    turn = cv2.getRotationMatrix2D((100, 100), 25, 0.8)
    turned = np.asarray(cv2.warpAffine(pack(1), turn, (200, 200), borderValue=(120,) * 3), np.uint8)
    assert agreeing_points(READER.read(turned), READER.read(pack(1))) > 20


def test_a_plain_wall_has_no_print_and_agrees_with_nothing() -> None:
    plain = READER.read(np.full((100, 60, 3), 90, np.uint8))
    assert plain.points.shape == (0, 2)
    assert plain.descriptors.shape == (0, 128)
    assert agreeing_points(plain, READER.read(pack(1))) == 0
    assert agreeing_points(READER.read(pack(1)), plain) == 0


def test_descriptors_are_unit_vectors() -> None:
    lengths = np.linalg.norm(READER.read(pack(1)).descriptors, axis=1)
    assert lengths == pytest.approx(1.0, abs=1e-3)


def test_where_a_print_stands_is_told_with_its_size() -> None:
    reader = PrintReader(features=800, longer_side_px=600)
    known = PrintReader(longer_side_px=200).read(pack(1))
    (place,) = placements(reader.read(placed(pack(1), (300, 100))), known, most=1)
    assert place.scale == pytest.approx(1.0, abs=0.05)
    corner = place.matrix @ np.array([0.0, 0.0, 1.0])
    assert corner == pytest.approx([300, 100], abs=5)
    assert len(place.points) >= LEAST_PAIRS


def test_two_packs_of_a_kind_are_two_places_and_no_more() -> None:
    wall = placed(pack(1), (50, 50))
    wall[350:550, 350:550] = pack(1)
    reader = PrintReader(features=1500, longer_side_px=600)
    known = PrintReader(longer_side_px=200).read(pack(1))
    found = list(placements(reader.read(wall), known, most=2))
    corners = sorted(tuple(np.round(p.matrix @ [0.0, 0.0, 1.0], -1).astype(int)) for p in found)
    assert corners == [(50, 50), (350, 350)]
    assert list(placements(reader.read(wall), known, most=0)) == []
