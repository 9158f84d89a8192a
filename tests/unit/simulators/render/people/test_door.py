"""The film of a door, with its truth beside it."""

from pathlib import Path

import cv2
import numpy as np

from simulators.render.people.door import (
    ENTERS_AT_S,
    FRAMES_PER_S,
    LEAVES_AT_S,
    SECONDS,
    film_scene,
)
from simulators.render.people.door import write_door_film as write_film


def test_the_film_has_its_truth_beside_it(tmp_path: Path) -> None:
    film = write_film(tmp_path / "door.mp4", np.random.default_rng(1))
    reader = cv2.VideoCapture(str(film.path))
    try:
        assert int(reader.get(cv2.CAP_PROP_FRAME_COUNT)) == int(SECONDS * FRAMES_PER_S)
    finally:
        reader.release()
    assert film.path.stat().st_size < 4_000_000
    assert film.as_json()["enters_at_s"] == list(ENTERS_AT_S)
    crossings = film_scene(np.random.default_rng(1)).crossings
    assert sorted(c.at_s for c in crossings if not c.is_entry) == sorted(LEAVES_AT_S)
