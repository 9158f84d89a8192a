"""Which pipeline a camera gets, with what it needs. The only place that joins them to the agent."""

from zoneinfo import ZoneInfo

from device_profiles.camera import Camera, SourceKind
from edge_agent.cameras import CameraFeed, use_one_thread
from edge_agent.equipment import Agent
from edge_agent.pipelines.door import DoorWatch
from edge_agent.pipelines.shelf import ShelfWatch
from vision_models.embedding import Embedder
from vision_models.footfall import PeopleCounter
from vision_models.gallery import Gallery
from vision_models.shelf import ShelfReader

FILES = frozenset({SourceKind.VIDEO_FILE, SourceKind.IMAGE_FOLDER})


def add_camera(agent: Agent, camera: Camera) -> None:
    """Adds the camera's loop to the agent: counting where it has lines or zones, photos where it
    sees fixtures."""
    use_one_thread()
    if camera.lines or camera.zones:
        _add_door(agent, camera)
    if camera.shelves:
        _add_shelf(agent, camera)


def _feed(agent: Agent, camera: Camera) -> CameraFeed:
    address = camera.source.address
    if camera.source.kind in FILES:
        address = str(agent.settings.resolve(address))
    return CameraFeed(camera=camera, address=address, clock=agent.clock, rng=agent.rng)


def _add_door(agent: Agent, camera: Camera) -> None:
    profile = agent.settings.profile
    watch = DoorWatch(
        camera=camera,
        feed=_feed(agent, camera),
        counter=PeopleCounter(
            camera.lines, camera.zones, width_px=camera.width_px, height_px=camera.height_px
        ),
        writer=agent.writer,
        alarms=agent.alarms,
        health=agent.health,
        clock=agent.clock,
        zone=ZoneInfo(profile.time_zone),
        opening_hours=profile.opening_hours,
        simulated=profile.simulated,
    )
    watch.add_settings(agent.remote)
    agent.parts[camera.camera_id] = watch.run
    agent.desk.sights.append(watch.sight)


def _add_shelf(agent: Agent, camera: Camera) -> None:
    settings, profile = agent.settings, agent.settings.profile
    is_folder = camera.source.kind is SourceKind.IMAGE_FOLDER
    gallery = None
    if profile.gallery:
        gallery = Gallery.open(settings.resolve(profile.gallery), Embedder.shipped())
    watch = ShelfWatch(
        camera=camera,
        planograms=profile.planograms,
        fixtures={fixture.fixture_id: fixture for fixture in profile.fixtures},
        reader=ShelfReader(gallery),
        folder=settings.resolve(camera.source.address) if is_folder else None,
        feed=None if is_folder else _feed(agent, camera),
        media=agent.media,
        writer=agent.writer,
        alarms=agent.alarms,
        health=agent.health,
        clock=agent.clock,
        zone=ZoneInfo(profile.time_zone),
        opening_hours=profile.opening_hours,
        interval_min=profile.photo_interval_min,
    )
    watch.add_settings(agent.remote)
    agent.parts[f"{camera.camera_id}-photos"] = watch.run
    agent.desk.sights.append(watch.sight)
    agent.desk.pictures[camera.camera_id] = watch.picture
