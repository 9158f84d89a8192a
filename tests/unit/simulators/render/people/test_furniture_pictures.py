"""How furniture and a door's leaf look in the picture."""

import numpy as np
import pytest

from simulators.render.people.furniture import Kind, Piece
from simulators.render.people.furniture_pictures import draw_leaf, drawn
from simulators.render.people.people import Pinhole

CAMERA = Pinhole(width_px=320, height_px=240, height_m=2.7, pitch_deg=31.0)


@pytest.mark.parametrize("kind", list(Kind))
def test_every_piece_covers_its_foot_and_little_beside_it(kind: Kind) -> None:
    piece = Piece(kind=kind, x=0.2, z=3.0, look=5)
    layer = drawn(CAMERA, piece)
    column, row, scale = CAMERA.see(piece.x, 0.1, piece.z - piece.size_m[1] / 2)
    around = layer.cover[round(row) - 3 : round(row) + 3, round(column) - 3 : round(column) + 3]
    assert around.max() > 200
    covered = np.argwhere(layer.cover > 200)[:, 1]
    wide = 1.8 * piece.size_m[0] * scale
    assert covered.min() > column - wide
    assert covered.max() < column + wide


def test_equal_looks_are_equal_and_others_differ() -> None:
    one, same, other = (
        drawn(CAMERA, Piece(kind=Kind.STAND, x=0.0, z=3.0, look=look)) for look in (1, 1, 2)
    )
    assert np.array_equal(one.image, same.image)
    assert not np.array_equal(one.image, other.image)


def test_glass_lets_through_what_stands_behind_it() -> None:
    behind = np.random.default_rng(1).integers(0, 255, (240, 320, 3)).astype(np.uint8)
    frame = behind.copy()
    draw_leaf(frame, CAMERA, ((-1.0, 3.0), (1.0, 3.0)))
    changed = np.abs(frame.astype(int) - behind.astype(int)).max(axis=2)
    assert (changed > 0).any()
    column, row, _ = CAMERA.see(0.2, 0.7, 3.0)
    place = np.s_[round(row) - 8 : round(row) + 8, round(column) - 8 : round(column) + 8]
    both = np.corrcoef(frame[place].ravel(), behind[place].ravel())[0, 1]
    assert both > 0.5
    assert changed[:5].max() == 0, "nothing above the door"
