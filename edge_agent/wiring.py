"""Which pipeline a camera gets, with what it needs. The only place that joins them to the agent."""

from datetime import timedelta
from functools import partial
from zoneinfo import ZoneInfo

from device_profiles.artifact import ArtifactKind
from device_profiles.camera import Camera, SourceKind
from device_profiles.device import AuditSettings
from edge_agent.core.seen import Seen
from edge_agent.drivers.cameras import CameraFeed, use_one_thread
from edge_agent.equipment import Agent
from edge_agent.page.hand_count import AuditPages
from edge_agent.page.status import Link
from edge_agent.pipelines.doors.door import DoorWatch
from edge_agent.pipelines.hand_counts.clips import ClipShelf
from edge_agent.pipelines.hand_counts.recorder import ClipRecorder
from edge_agent.pipelines.shelves.burst import Burst
from edge_agent.pipelines.shelves.photo_folder import PhotoFolder
from edge_agent.pipelines.shelves.photo_intake import PhotoIntake
from edge_agent.pipelines.shelves.photo_plan import PhotoPlan
from edge_agent.pipelines.shelves.planned_photos import PlannedPhotos
from edge_agent.pipelines.shelves.shelf import ShelfWatch
from edge_agent.pipelines.shelves.shelf_sight import ShelfSight
from edge_agent.pipelines.shelves.taken import OpeningWatch
from edge_agent.pipelines.view import ViewGuard
from edge_agent.upkeep.artifact_checks import EMBEDDING
from sync.core.clock import Clock
from vision_models.naming.gallery import Gallery
from vision_models.networks.embedding import Embedder
from vision_models.networks.models import SHIPPED
from vision_models.networks.products import product_detector
from vision_models.people.detectors import PERSON_MODEL, build_detector
from vision_models.people.footfall import PeopleCounter
from vision_models.shelf.openings.opening import OpeningReader, can_tell_openings
from vision_models.shelf.reader import ShelfReader

PRODUCTS = "product-detector"
AUDIT_LINK = Link(href="/audit", en="count a clip by hand", zh="人工核对客流片段")

FILES = frozenset({SourceKind.VIDEO_FILE, SourceKind.IMAGE_FOLDER})


def add_cameras(agent: Agent) -> None:
    """Adds every camera's loop to the agent: counting where it has lines or zones, photos where it
    sees fixtures; and the clips that a person counts, where the profile asks for them."""
    use_one_thread()
    profile = agent.settings.profile
    recorders: dict[str, ClipRecorder] = {}
    shelf = ClipShelf(agent.settings.data_dir / "audit")
    for camera in profile.cameras:
        if camera.lines or camera.zones:
            recorder = _recorder(agent, camera, shelf)
            _add_door(agent, camera, recorder)
            if recorder is not None:
                recorders[camera.camera_id] = recorder
        if camera.shelves:
            _add_shelf(agent, camera)
    if profile.audit is not None and recorders:
        _add_audit(agent, profile.audit, shelf, recorders)


def _recorder(agent: Agent, camera: Camera, shelf: ClipShelf) -> ClipRecorder | None:
    audit = agent.settings.profile.audit
    if audit is None or not camera.lines:
        return None
    return ClipRecorder(
        camera=camera, shelf=shelf, clock=agent.clock, kept_for=timedelta(hours=audit.kept_h)
    )


def _add_audit(
    agent: Agent, settings: AuditSettings, shelf: ClipShelf, recorders: dict[str, ClipRecorder]
) -> None:
    pages = AuditPages(
        settings=settings,
        shelf=shelf,
        recorders=recorders,
        writer=agent.writer,
        clock=agent.clock,
        zone=ZoneInfo(agent.settings.profile.time_zone),
        rng=agent.rng,
    )
    agent.parts["audit"] = pages.run
    agent.pages.append(pages.add_to)
    agent.board.links.append(AUDIT_LINK)
    agent.board.sights.append(pages.sight)


def _feed(agent: Agent, camera: Camera) -> CameraFeed:
    address = camera.source.address
    if camera.source.kind in FILES:
        address = str(agent.settings.resolve(address))
    return CameraFeed(camera=camera, address=address, clock=agent.clock, rng=agent.rng)


def _add_door(agent: Agent, camera: Camera, recorder: ClipRecorder | None) -> None:
    profile = agent.settings.profile
    watch = DoorWatch(
        camera=camera,
        feed=_feed(agent, camera),
        counter=PeopleCounter(
            camera.lines,
            camera.zones,
            width_px=camera.width_px,
            height_px=camera.height_px,
            detector=build_detector(manifest=agent.updates.manifest_of(PERSON_MODEL) or SHIPPED),
        ),
        writer=agent.writer,
        alarms=agent.alarms,
        health=agent.health,
        clock=agent.clock,
        zone=ZoneInfo(profile.time_zone),
        opening_hours=profile.opening_hours,
        simulated=profile.simulated,
        view=ViewGuard(path=agent.settings.data_dir / "views" / f"{camera.camera_id}.png"),
        recorder=recorder,
    )
    watch.add_settings(agent.remote)
    agent.remote.viewers[camera.camera_id] = watch.accept_view
    agent.parts[camera.camera_id] = watch.run
    agent.board.sights.append(watch.sight)


def _add_shelf(agent: Agent, camera: Camera) -> None:
    settings, profile = agent.settings, agent.settings.profile
    plan = PhotoPlan(
        opening_hours=profile.opening_hours,
        zone=ZoneInfo(profile.time_zone),
        interval_min=profile.photo_interval_min,
        times=profile.photo_times,
        after_door_s=profile.photo_after_door_s,
    )
    intake = PhotoIntake(
        sight=_shelf_sight(agent, camera),
        media=agent.media,
        writer=agent.writer,
        alarms=agent.alarms,
        health=agent.health,
        clock=agent.clock,
        zone=plan.zone,
        openings=_openings(agent, camera),
    )
    source: PhotoFolder | PlannedPhotos
    if camera.source.kind is SourceKind.IMAGE_FOLDER:
        source = PhotoFolder(folder=settings.resolve(camera.source.address), intake=intake)
    else:
        burst = Burst(frames=profile.photo_frames)
        source = PlannedPhotos(feed=_feed(agent, camera), plan=plan, intake=intake, burst=burst)
    watch = ShelfWatch(source=source, intake=intake, plan=plan)
    agent.door.on_closed.append(watch.door_closed)
    agent.remote.viewers[f"{camera.camera_id}-shelf"] = watch.accept_view
    watch.add_settings(agent.remote)
    agent.parts[f"{camera.camera_id}-photos"] = watch.run
    agent.board.sights.append(watch.sight)
    for opening in intake.openings:
        agent.board.sights.append(partial(_opening_sight, opening, agent.clock))
    agent.board.pictures[camera.camera_id] = watch.picture
    _follow_updates(agent, camera, intake.sight)


def _shelf_sight(agent: Agent, camera: Camera) -> ShelfSight:
    settings, profile = agent.settings, agent.settings.profile
    return ShelfSight(
        camera=camera,
        planograms=agent.updates.planograms(profile.planograms),
        fixtures={fixture.fixture_id: fixture for fixture in profile.fixtures},
        reader=_reader(agent, camera),
        view=ViewGuard(path=settings.data_dir / "views" / f"{camera.camera_id}-shelf.png"),
        empty_pictures={
            view.fixture_id: settings.resolve(view.empty_picture)
            for view in camera.shelves
            if view.empty_picture
        },
    )


def _openings(agent: Agent, camera: Camera) -> tuple[OpeningWatch, ...]:
    """A watch on what is taken from each cooler whose lanes the profile describes."""
    profile = agent.settings.profile
    fixtures = {fixture.fixture_id: fixture for fixture in profile.fixtures}
    widths = {product.gtin: product.width_mm for product in profile.products}
    return tuple(
        OpeningWatch(
            reader=OpeningReader(fixtures[view.fixture_id], view, widths),
            camera_id=camera.camera_id,
            door=agent.door,
            serviced=agent.maintenance.was_on,
        )
        for view in camera.shelves
        if can_tell_openings(fixtures[view.fixture_id], view)
    )


def _opening_sight(opening: OpeningWatch, clock: Clock) -> tuple[Seen, ...]:
    return opening.sight(clock.now())


def _reader(agent: Agent, camera: Camera) -> ShelfReader:
    """A reader with the gallery and the models that the hub sent, or those fitted. A detector only
    where a view is not calibrated: a slot needs none."""
    updates, fitted = agent.updates, agent.settings.profile.gallery
    detector = None
    if any(view.corners is None and not view.baskets for view in camera.shelves):
        detector = product_detector(manifest=updates.manifest_of(PRODUCTS) or SHIPPED)
    path = updates.gallery() or (agent.settings.resolve(fitted) if fitted else None)
    if path is None:
        return ShelfReader(None, detector)
    manifest = updates.manifest_of(EMBEDDING) or SHIPPED
    return ShelfReader(Gallery.open(path, Embedder.shipped(manifest=manifest)), detector)


def _follow_updates(agent: Agent, camera: Camera, sight: ShelfSight) -> None:
    """The next photo is read with what the hub sent meanwhile."""

    def take_reader() -> None:
        sight.reader = _reader(agent, camera)

    def take_plans() -> None:
        sight.planograms = agent.updates.planograms(agent.settings.profile.planograms)

    agent.updates.on_change(ArtifactKind.GALLERY, take_reader)
    agent.updates.on_change(ArtifactKind.MODEL, take_reader)
    agent.updates.on_change(ArtifactKind.PLANOGRAM, take_plans)
