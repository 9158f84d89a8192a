"""Which parts a camera's profile brings: counting, photos, clips; and what they are told later."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import cv2
import numpy as np
import pytest
from aiohttp import web

from device_profiles.artifact import ArtifactKind
from device_profiles.device import DeviceProfile
from edge_agent.core.alarms import AlarmBook
from edge_agent.core.health import Health, PartState
from edge_agent.core.maintenance import Maintenance
from edge_agent.core.remote import Remote
from edge_agent.core.writer import Writer
from edge_agent.equipment import Agent
from edge_agent.page.status import StatusBoard
from edge_agent.settings import EdgeSettings
from edge_agent.upkeep.artifact_checks import updates_of
from edge_agent.wiring import AUDIT_LINK, add_cameras
from sync.core.clock import ManualClock
from sync.link.media import MediaStore
from vision_models.core.errors import VisionError

LINE = {"line_id": "front", "start": [0, 0.5], "end": [1, 0.5]}
ZONE = {"zone_id": "queue", "is_queue": True, "corners": [[0, 0], [1, 0], [1, 1]]}
VIEW = {"fixture_id": "s01-a", "corners": [[0, 0], [1, 0], [1, 1], [0, 1]]}
STREAM = {"kind": "stream", "address": "rtsp://192.0.2.1/"}
FOLDER = {"kind": "image-folder", "address": "photos"}
AUDIT = {"code": "choose-your-own"}
FIXTURE = {
    "fixture_id": "s01-a",
    "letter": "A",
    "name": {"en": "Cooler", "zh": "冷柜"},
    "kind": "cooler-upright",
    "rows": 2,
    "columns": 3,
}


def camera(camera_id: str, **what: object) -> dict[str, object]:
    usual = {"camera_id": camera_id, "width_px": 320, "height_px": 240, "source": STREAM}
    return usual | what


@pytest.fixture
async def wired(tmp_path: Path, writer: Writer, clock: ManualClock) -> Callable[..., Agent]:
    """A function that makes an agent with these cameras, as the agent itself does."""
    alarms = AlarmBook(writer, clock)
    await alarms.load()

    def make(*cameras: dict[str, object], **profile: object) -> Agent:
        settings = EdgeSettings(
            profile=DeviceProfile.model_validate(
                {
                    "tenant_id": "demo",
                    "store_id": "s01",
                    "device_id": "s01-camera",
                    "kind": "shelf-camera",
                    "claim_token": "0123456789abcdef",
                    "cameras": cameras,
                    "fixtures": [FIXTURE],
                }
                | profile
            ),
            profile_dir=tmp_path,
            data_dir=tmp_path / "data",
            hub_url=None,
        )
        remote, health, outbox = Remote(writer=writer, facts={}), Health(), writer.outbox
        agent = Agent(
            settings=settings,
            clock=clock,
            rng=Random(1),
            writer=writer,
            health=health,
            alarms=alarms,
            board=StatusBoard(profile=settings.profile, outbox=outbox, health=health, clock=clock),
            media=MediaStore(settings.media_dir, outbox, quota_bytes=10_000_000),
            remote=remote,
            updates=updates_of(settings, remote=remote, clock=clock, rng=Random(1)),
            maintenance=Maintenance(writer=writer, clock=clock),
        )
        add_cameras(agent)
        return agent

    return make


def test_a_camera_with_a_line_or_a_zone_counts(wired) -> None:
    agent = wired(camera("door-1", lines=[LINE]), camera("till-1", zones=[ZONE]))
    assert set(agent.parts) == {"door-1", "till-1"}
    assert set(agent.remote.viewers) == {"door-1", "till-1"}
    assert (agent.board.pictures, agent.pages, agent.board.links) == ({}, [], [])


def test_a_camera_that_sees_a_fixture_takes_photos(wired) -> None:
    agent = wired(camera("cooler-a", source=FOLDER, shelves=[VIEW]))
    assert set(agent.parts) == {"cooler-a-photos"}
    assert set(agent.remote.viewers) == {"cooler-a-shelf"}
    assert set(agent.board.pictures) == {"cooler-a"}
    assert agent.board.pictures["cooler-a"]() is None, "none has been taken"
    assert len(agent.door.on_closed) == 1, "a closed door brings a photo"


def test_one_camera_may_count_and_take_photos(wired) -> None:
    agent = wired(camera("both", lines=[LINE], shelves=[VIEW]))
    assert set(agent.parts) == {"both", "both-photos"}
    assert set(agent.remote.viewers) == {"both", "both-shelf"}, "each knows its own view"


def test_a_device_without_cameras_has_nothing_more_to_run(wired) -> None:
    agent = wired()
    assert (agent.parts, agent.remote.viewers, agent.board.sights) == ({}, {}, [])


def routes(agent: Agent) -> set[str]:
    """The pages that were added."""
    app = web.Application()
    for add_to in agent.pages:
        add_to(app)
    return {str(resource.canonical) for resource in app.router.resources()}


def test_clips_are_for_counted_lines_where_the_profile_asks_for_them(wired) -> None:
    agent = wired(camera("door-1", lines=[LINE]), audit=AUDIT)
    assert set(agent.parts) == {"door-1", "audit"}
    assert agent.board.links == [AUDIT_LINK]
    assert AUDIT_LINK.href in routes(agent)


@pytest.mark.parametrize(
    "what", [{"zones": [ZONE]}, {"source": FOLDER, "shelves": [VIEW]}], ids=["zone", "shelf"]
)
def test_where_no_line_counts_there_is_nothing_to_count_by_hand(wired, what) -> None:
    agent = wired(camera("one", **what), audit=AUDIT)
    assert "audit" not in agent.parts
    assert (agent.pages, agent.board.links) == ([], [])


def test_what_is_taken_is_told_where_the_profile_describes_still_lanes(wired) -> None:
    still = FIXTURE | {"feed": "still", "lane_mm": 390.0}
    measured = VIEW | {"camera_mm": 900.0}
    plain = wired(camera("a", source=FOLDER, shelves=[VIEW]))
    unmeasured = wired(camera("a", source=FOLDER, shelves=[VIEW]), fixtures=[still])
    told = wired(camera("a", source=FOLDER, shelves=[measured]), fixtures=[still])
    assert len(unmeasured.board.sights) == len(plain.board.sights)
    assert len(told.board.sights) == len(plain.board.sights) + 1
    for sight in told.board.sights:
        assert all(one.en and one.zh for one in sight())


def test_a_fitted_gallery_that_is_not_there_is_told_in_one_line(wired, tmp_path: Path) -> None:
    with pytest.raises(VisionError) as refused:
        wired(camera("a", source=FOLDER, shelves=[VIEW]), gallery="gallery")
    assert str(tmp_path / "gallery") in str(refused.value), "it stands beside the profile"
    assert "\n" not in str(refused.value)


async def run(agent: Agent, name: str, until: Callable[[], bool]) -> None:
    """Runs one part until something holds."""
    stop = asyncio.Event()
    task = asyncio.ensure_future(agent.parts[name](stop))
    try:
        async with asyncio.timeout(20):
            while not until():
                assert not task.done()
                await asyncio.sleep(0.01)
    finally:
        stop.set()
        await task


async def test_a_film_s_address_stands_beside_the_profile(wired, tmp_path: Path) -> None:
    code = cv2.VideoWriter.fourcc(*"mp4v")
    film = cv2.VideoWriter(str(tmp_path / "door.mp4"), code, 4.0, (320, 240))
    for _ in range(4):
        film.write(np.full((240, 320, 3), 120, np.uint8))
    film.release()
    source = {"kind": "video-file", "address": "door.mp4", "realtime": False}
    agent = wired(camera("door-1", source=source, lines=[LINE], frames_per_s=4))

    def has_ended() -> bool:
        parts = agent.health.look(now_s=agent.clock.monotonic_s())
        return any(part.state is PartState.ENDED for part in parts)

    await run(agent, "door-1", has_ended)
    assert {part.name for part in agent.health.look(now_s=0.0)} == {"door-1"}


async def test_photos_lie_in_a_folder_beside_the_profile(wired, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    rng = np.random.default_rng(1)
    image = rng.integers(0, 255, (240, 320, 3)).astype(np.uint8)
    at = datetime(2026, 11, 22, 3, 50, tzinfo=UTC)
    cv2.imwrite(str(folder / f"{at:%Y%m%dT%H%M%SZ}.jpg"), image)
    agent = wired(camera("cooler-a", source=FOLDER, shelves=[VIEW]))
    picture = agent.board.pictures["cooler-a"]
    await run(agent, "cooler-a-photos", lambda: picture() is not None)
    shown = cv2.imdecode(np.frombuffer(picture() or b"", np.uint8), cv2.IMREAD_COLOR)
    assert shown.shape == image.shape


@pytest.mark.parametrize("kind", [ArtifactKind.GALLERY, ArtifactKind.MODEL, ArtifactKind.PLANOGRAM])
def test_a_camera_that_takes_photos_listens_for_what_the_hub_sends(wired, kind) -> None:
    def listeners(agent: Agent) -> int:
        return sum(heard is kind for heard, _ in agent.updates._listeners)

    assert listeners(wired(camera("door-1", lines=[LINE]))) == 0
    shelves = [camera(name, source=FOLDER, shelves=[VIEW]) for name in ("a", "b")]
    assert listeners(wired(*shelves)) == 2, "each camera for itself"
