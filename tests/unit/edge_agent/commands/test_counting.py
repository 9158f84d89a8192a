"""`aisle count` with its annotated film: whole or not there; live sources that come and go."""

import shutil
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import cv2
import numpy as np
import pytest

from device_profiles.camera import CountingLine, Zone
from edge_agent.commands.counting import CountWanted, count_source
from edge_agent.core.errors import EdgeError, SourceUnusable
from vision_models.core.errors import UnusableModel
from vision_models.networks.models import HERE, SHIPPED

LINE = CountingLine(line_id="door", start=(0.0, 0.5), end=(1.0, 0.5))
ZONE = Zone(zone_id="till", is_queue=True, corners=((0.0, 0.6), (0.5, 0.6), (0.5, 1.0), (0.0, 1.0)))


def film(path: Path, frames: int = 60) -> Path:
    """Somebody walks down the picture over the line, 10 frames a second."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10.0, (160, 120))
    ground = np.random.default_rng(1).integers(60, 120, (120, 160, 3)).astype(np.uint8)
    for number in range(frames):
        image = ground.copy()
        y = round(10 + 70 * number / frames)
        if number > 10:
            cv2.rectangle(image, (60, y), (82, y + 40), (20, 220, 240), -1)
        writer.write(image)
    writer.release()
    return path


def count(source: Path, annotated: Path | None, **more):
    wanted = CountWanted(source=str(source), lines=(LINE,), zones=(ZONE,), annotated=annotated)
    return count_source(wanted, on_frame=lambda *_: None, **more)


def test_an_annotated_film_has_every_frame_with_something_drawn_on_it(tmp_path):
    source, out = film(tmp_path / "a.avi"), tmp_path / "out.mp4"
    counted = count(source, out)
    drawn = cv2.VideoCapture(str(out))
    assert drawn.get(cv2.CAP_PROP_FRAME_COUNT) == counted.frames == 60
    _, first = drawn.read()
    drawn.release()
    # The dead band is veiled in amber: blue loses, red gains.
    band = first[56:64, 100:150].reshape(-1, 3).mean(axis=0)
    assert band[2] > band[0] + 30
    assert set(tmp_path.iterdir()) == {source, out}


@pytest.mark.parametrize(
    ("name", "says"),
    [("there.mp4", "is there already"), ("a.avi.gif", "ends in .mp4"), ("no/out.mp4", "no folder")],
)
def test_a_film_that_cannot_be_written_is_one_clear_line_before_anything_is_counted(
    tmp_path, name, says
):
    source = film(tmp_path / "a.avi", frames=5)
    (tmp_path / "there.mp4").write_bytes(b"somebody's")
    with pytest.raises(EdgeError, match=says):
        count(source, tmp_path / name)
    assert (tmp_path / "there.mp4").read_bytes() == b"somebody's"


def test_a_damaged_source_leaves_no_film(tmp_path):
    whole = film(tmp_path / "whole.avi").read_bytes()
    cut = tmp_path / "cut.avi"
    cut.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(SourceUnusable):
        count(cut, tmp_path / "out.mp4")
    assert {path.name for path in tmp_path.iterdir()} == {"whole.avi", "cut.avi"}


def test_a_film_stopped_by_hand_is_no_count(tmp_path):
    source = film(tmp_path / "a.avi")
    stopped = threading.Event()
    with pytest.raises(SourceUnusable, match="stopped"):
        count_source(
            CountWanted(source=str(source), lines=(LINE,), annotated=tmp_path / "out.mp4"),
            on_frame=lambda done, of: stopped.set() if done == 20 else None,
            is_stopped=stopped.is_set,
        )
    assert {path.name for path in tmp_path.iterdir()} == {"a.avi"}


class Camera(BaseHTTPRequestHandler):
    """A network camera that hangs up after forty pictures."""

    calls: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.calls.append(self.path)
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        self.end_headers()
        ground = np.random.default_rng(len(self.calls)).integers(0, 255, (120, 160, 3), np.uint8)
        for _ in range(40):
            data = cv2.imencode(".jpg", ground)[1].tobytes()
            head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(data)}\r\n\r\n"
            self.wfile.write(head.encode() + data + b"\r\n")

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def camera() -> Iterator[str]:
    Camera.calls.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Camera) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/stream.mjpg"
        server.shutdown()


def test_a_live_source_that_goes_is_opened_again_and_ends_when_told(camera):
    stopped = threading.Event()
    counted = count_source(
        CountWanted(source=camera, lines=(LINE,), longest_s=60.0),
        on_frame=lambda done, of: stopped.set() if done == 50 else None,
        is_stopped=stopped.is_set,
    )
    assert counted.frames == 50
    assert len(Camera.calls) >= 2


def test_a_slow_computer_leaves_live_frames_out_and_says_how_many(camera):
    stopped = threading.Event()

    def work(done: int, of: int) -> None:
        time.sleep(0.3)
        if done == 4:
            stopped.set()

    wanted = CountWanted(source=camera, lines=(LINE,), longest_s=60.0)
    counted = count_source(wanted, on_frame=work, is_stopped=stopped.is_set)
    assert counted.frames == 4
    assert counted.dropped >= 3 * 5
    assert counted.as_json()["dropped"] == counted.dropped


@pytest.mark.parametrize(("frames", "says"), [(0, "no frame"), (1, "a single picture")])
def test_a_film_without_a_film_in_it_is_told_by_its_name(tmp_path, frames, says):
    source = film(tmp_path / "a.avi", frames=frames)
    with pytest.raises(SourceUnusable, match=rf"a\.avi.* {says}"):
        count(source, tmp_path / "out.mp4")
    assert {path.name for path in tmp_path.iterdir()} == {"a.avi"}


def test_people_are_counted_with_the_models_of_another_manifest(tmp_path):
    source = film(tmp_path / "a.avi")
    shutil.copytree(HERE / "models", tmp_path / "models")
    manifest = Path(shutil.copy(SHIPPED, tmp_path / "models.toml"))
    wanted = CountWanted(source=str(source), lines=(LINE,), manifest=manifest)
    assert count_source(wanted, on_frame=lambda *_: None).frames == 60
    manifest.write_text("")
    with pytest.raises(UnusableModel, match="has no model 'person-detector'"):
        count_source(wanted, on_frame=lambda *_: None)
