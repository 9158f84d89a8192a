"""One photo of one fixture, in one picture or several → what is reported of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from device_profiles.camera import Camera, ShelfView
from device_profiles.planogram import Fixture, Planogram
from edge_agent.pipelines.shelves.reporting import PhotoRead
from sync.events import PictureQuality, SeenBasket, SeenFacing
from vision_models.core.frame import Image
from vision_models.shelf.emptiness import Look
from vision_models.shelf.reader import ShelfReader
from vision_models.shelf.reading import Facing, ShelfReading
from vision_models.shelf.voting import vote


def read_photo(
    images: Sequence[Image],
    reader: ShelfReader,
    *,
    camera: Camera,
    view: ShelfView,
    fixture: Fixture,
    plan: Planogram | None,
    taken_at: datetime,
    when_empty: Mapping[str, Look],
    is_moved: bool,
) -> PhotoRead:
    """What `images` of one moment show together, the last of them being the photo that is kept.

    A camera that was turned, or whose pictures have another size than the profile says, looks
    elsewhere than its corners say: nothing is claimed. Raises VisionError.
    """
    height, width = images[-1].shape[:2]
    if is_moved or (width, height) != (camera.width_px, camera.height_px):
        planned = tuple(slot.slot_id for slot in plan.slots) if plan else ()
        return _told(None, camera, view, plan, taken_at, images[-1], hidden=planned)
    readings = [
        reader.read(image, view=view, fixture=fixture, planogram=plan, when_empty=when_empty)
        for image in images
    ]
    return _told(vote(readings, plan), camera, view, plan, taken_at, images[-1])


def _told(
    seen: ShelfReading | None,
    camera: Camera,
    view: ShelfView,
    plan: Planogram | None,
    taken_at: datetime,
    image: Image,
    *,
    hidden: tuple[str, ...] = (),
) -> PhotoRead:
    return PhotoRead(
        fixture_id=view.fixture_id,
        camera_id=camera.camera_id,
        taken_at=taken_at,
        sha256="",
        width_px=image.shape[1],
        height_px=image.shape[0],
        quality=PictureQuality(seen.quality) if seen else PictureQuality.MOVED,
        planogram_id=plan.planogram_id if plan else None,
        planogram_version=plan.version if plan else None,
        facings=tuple(_facing(facing) for facing in seen.facings) if seen else (),
        empty_slots=seen.empty_slots if seen else (),
        hidden_slots=seen.hidden_slots if seen else hidden,
        baskets=tuple(
            SeenBasket(slot_id=basket.basket_id, filled=basket.filled, box=basket.box)
            for basket in (seen.baskets if seen else ())
        ),
        model=seen.model if seen else "",
        took_ms=seen.took_ms if seen else 0.0,
    )


def _facing(facing: Facing) -> SeenFacing:
    return SeenFacing(
        box=facing.box,
        gtin=facing.gtin,
        score=facing.score,
        slot_id=facing.slot_id,
        certainty=facing.certainty,
        candidates=facing.candidates if facing.is_doubtful else None,
        stacked=facing.stacked if facing.stacked > 1 else None,
    )
