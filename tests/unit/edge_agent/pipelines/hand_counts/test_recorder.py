"""Clips of a door: whole or not there at all, and gone in time."""

import asyncio
from datetime import timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import cv2
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from device_profiles.device import AuditSettings
from edge_agent.page.hand_count import AuditPages
from edge_agent.pipelines.hand_counts.clips import ClipShelf
from edge_agent.pipelines.hand_counts.recorder import CannotRecord, ClipRecorder
from sync.core.clock import ManualClock
from tests.stage.clips.played import CAMERA, play

CODE = "a code of twelve"


@pytest.fixture
def recorder(tmp_path: Path, clock: ManualClock) -> ClipRecorder:
    return ClipRecorder(
        camera=CAMERA,
        shelf=ClipShelf(tmp_path / "audit"),
        clock=clock,
        kept_for=timedelta(hours=24),
    )


def test_a_clip_is_whole_or_not_there_at_all(recorder, clock):
    recorder.start(CAMERA.lines[0], 10.0)
    play(recorder, clock, 5.0)
    assert recorder.shelf.clips() == []
    assert recorder.until is not None
    play(recorder, clock, 6.0, {3: True})
    (clip,) = recorder.shelf.clips()
    assert recorder.until is None
    assert clip.seconds == pytest.approx(10.0, abs=0.3)
    assert [crossing.is_entry for crossing in clip.crossings] == [True]
    assert clip.crossings[0].at_s == pytest.approx(5.8, abs=0.3)
    film = cv2.VideoCapture(str(recorder.shelf.film(clip.clip_id)))
    frames = film.get(cv2.CAP_PROP_FRAME_COUNT)
    film.release()
    assert frames / 5.0 == pytest.approx(clip.seconds, abs=0.5)


def test_a_film_keeps_the_clocks_time_at_any_rate(recorder, clock):
    recorder.start(CAMERA.lines[0], 9.0)
    play(recorder, clock, 12.0, step_s=1.5)
    (clip,) = recorder.shelf.clips()
    film = cv2.VideoCapture(str(recorder.shelf.film(clip.clip_id)))
    frames = film.get(cv2.CAP_PROP_FRAME_COUNT)
    film.release()
    assert frames / 5.0 == pytest.approx(9.0, abs=0.5)


def test_a_lost_picture_ends_a_clip_without_a_trace(recorder, clock):
    recorder.start(CAMERA.lines[0], 60.0)
    play(recorder, clock, 2.0)
    clock.advance(30)
    play(recorder, clock, 1.0)
    assert recorder.until is None
    assert list(recorder.shelf.folder.iterdir()) == []


def test_only_one_clip_at_a_time_and_it_can_be_stopped(recorder, clock):
    recorder.start(CAMERA.lines[0], 60.0)
    with pytest.raises(CannotRecord, match="already"):
        recorder.start(CAMERA.lines[0], 60.0)
    recorder.cancel()
    assert list(recorder.shelf.folder.iterdir()) == []


def test_what_has_had_its_time_or_was_never_finished_is_deleted(recorder, clock):
    recorder.start(CAMERA.lines[0], 2.0)
    play(recorder, clock, 3.0)
    stray = recorder.shelf.unfinished_film("door-1-of-a-crash")
    stray.write_bytes(b"half a film")
    recorder.start(CAMERA.lines[0], 60.0)
    growing = {recorder.recording_id or ""}
    assert recorder.shelf.sweep(clock.now(), growing=growing) == 0
    assert not stray.exists()
    assert recorder.shelf.unfinished_film(recorder.recording_id or "").exists()
    clock.advance(25 * 3600)
    assert recorder.shelf.sweep(clock.now(), growing=growing) == 1
    assert recorder.shelf.clips() == []


@pytest.fixture
async def pages(recorder, writer, clock):
    pages = AuditPages(
        settings=AuditSettings(code=CODE, minutes=0.1, kept_h=24),
        shelf=recorder.shelf,
        recorders={"door-1": recorder},
        writer=writer,
        clock=clock,
        zone=ZoneInfo("Asia/Shanghai"),
        rng=Random(1),
    )
    app = web.Application()
    pages.add_to(app)
    async with TestClient(TestServer(app)) as client:
        yield client, pages


async def test_an_agent_that_stops_leaves_no_half_clip(pages, recorder, clock):
    _, parts = pages
    recorder.start(CAMERA.lines[0], 60.0)
    play(recorder, clock, 2.0)
    stop = asyncio.Event()
    stop.set()
    await parts.run(stop)
    assert list(recorder.shelf.folder.iterdir()) == []
