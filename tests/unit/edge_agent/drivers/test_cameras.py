import asyncio
from pathlib import Path
from random import Random

import cv2
import numpy as np
import pytest

from device_profiles.camera import Camera
from edge_agent.commands.counting import (
    CountWanted,
    UnusableShape,
    count_source,
    read_line,
    read_zone,
)
from edge_agent.core.errors import SourceUnusable
from edge_agent.drivers.cameras import CameraFeed, SourceState, open_capture
from sync.core.clock import SystemClock
from vision_models.core.errors import VisionError


def camera(path: Path, **source: object) -> Camera:
    return Camera.model_validate(
        {
            "camera_id": "door-1",
            "width_px": 64,
            "height_px": 64,
            "frames_per_s": 60,
            "source": {"kind": "video-file", "address": str(path)} | source,
        }
    )


def write_film(path: Path, frames: int = 30, fps: float = 30.0) -> Path:
    film = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), fps, (64, 64))
    noise = np.random.default_rng(1)
    for _ in range(frames):
        film.write(noise.integers(0, 255, (64, 64, 3)).astype(np.uint8))
    film.release()
    return path


def feed_of(camera: Camera) -> CameraFeed:
    return CameraFeed(
        camera=camera, address=camera.source.address, clock=SystemClock(), rng=Random(1)
    )


async def frames_of(feed: CameraFeed, most: int = 1000) -> list[float]:
    taken = []
    async with feed:
        async with asyncio.timeout(20):
            while len(taken) < most:
                frame = await feed.next_frame(timeout_s=1.0)
                if frame is not None:
                    taken.append(frame.at_s)
                elif feed.state is SourceState.ENDED:
                    break
    return taken


async def test_a_film_as_fast_as_possible_hands_over_every_frame_in_its_own_time(tmp_path):
    feed = feed_of(camera(write_film(tmp_path / "a.avi"), realtime=False))
    taken = await frames_of(feed)
    assert len(taken) == 30
    assert taken[-1] - taken[0] == pytest.approx(29 / 30, abs=1e-6)
    assert feed.state is SourceState.ENDED


async def test_a_film_in_real_time_drops_what_a_slow_reader_misses(tmp_path):
    feed = feed_of(camera(write_film(tmp_path / "a.avi", frames=60)))
    taken = 0
    async with feed, asyncio.timeout(20):
        while feed.state is not SourceState.ENDED:
            taken += await feed.next_frame(timeout_s=0.5) is not None
            await asyncio.sleep(0.2)
    assert 0 < taken < 60
    assert taken + feed.dropped >= 59


async def test_a_film_that_repeats_goes_on(tmp_path):
    feed = feed_of(camera(write_film(tmp_path / "a.avi"), realtime=False, repeat=True))
    assert len(await frames_of(feed, most=70)) == 70


async def test_fewer_frames_are_taken_where_the_profile_says_so(tmp_path):
    film = write_film(tmp_path / "a.avi", frames=60)
    slow = camera(film, realtime=False).model_copy(update={"frames_per_s": 10.0})
    assert len(await frames_of(feed_of(slow))) == 20


async def test_a_source_that_comes_later_is_found(tmp_path):
    path = tmp_path / "late.avi"
    feed = feed_of(camera(path, realtime=False))
    async with feed, asyncio.timeout(20):
        while feed.state is not SourceState.LOST:
            await asyncio.sleep(0.01)
        assert "no video file" in feed.reason
        write_film(tmp_path / "whole.avi").rename(path)
        while await feed.next_frame(timeout_s=1.0) is None:
            pass
        assert feed.state is not SourceState.LOST


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "no video file"),
        (b"", "is empty"),
        (b"this is no film" * 100, "is no video that can be read"),
    ],
)
def test_an_unusable_film_is_one_clear_line(tmp_path, content, says):
    path = tmp_path / "x.mp4"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SourceUnusable, match=says) as told:
        open_capture(camera(path), str(path))
    assert "\n" not in str(told.value)


def test_a_film_cut_short_is_not_counted_as_whole(tmp_path):
    whole = write_film(tmp_path / "whole.avi", frames=90).read_bytes()
    path = tmp_path / "cut.avi"
    path.write_bytes(whole[: len(whole) // 3])
    wanted = CountWanted(source=str(path), lines=(read_line("0,0.5 1,0.5", 1),))
    with pytest.raises((SourceUnusable, VisionError)):
        count_source(wanted, on_frame=_ignore)


def test_counting_says_what_programs_read(tmp_path):
    film = write_film(tmp_path / "a.avi")
    wanted = CountWanted(
        source=str(film),
        lines=(read_line("0,0.5 1,0.5", 1),),
        zones=(read_zone("0,0 1,0 1,1", 1),),
    )
    counted = count_source(wanted, on_frame=_ignore)
    said = counted.as_json()
    assert {"in", "out", "frames", "seconds", "fps", "zones"} <= said.keys()
    assert said["frames"] == 30
    assert said["zones"]["zone-1"].keys() == {"visits", "dwell_s"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("0,0", "1 points; give two"),
        ("0,0 1,1 1,0", "3 points; give two"),
        ("0,0 2,1", "leaves the frame"),
        ("a b", "not a list of points"),
        ("0.5,0.5 0.5,0.5", "no length"),
    ],
)
def test_an_unusable_line_is_one_clear_line(text, says):
    with pytest.raises(UnusableShape, match=says):
        read_line(text, 1)
    with pytest.raises(UnusableShape):
        read_zone("0,0 1,1", 1)


def _ignore(done: int, declared: int) -> None:
    return None
