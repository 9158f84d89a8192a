"""One photo of one fixture, in one picture or several → what is reported of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from device_profiles.camera import Camera, ShelfView
from device_profiles.planogram import FixtureProfile, PlanogramProfile
from edge_agent.pipelines.shelves.reporting import PhotoRead
from sync.events import PictureQuality, SeenBasket, SeenFacing
from vision_models.core.frame import Image
from vision_models.core.pictures import Decoded
from vision_models.shelf.emptiness import Look
from vision_models.shelf.reader import ShelfReader
from vision_models.shelf.reading import Facing, ShelfReading
from vision_models.shelf.voting import vote


@dataclass(frozen=True, slots=True, kw_only=True)
class FixturePhoto:
    """One fixture before one camera at one moment. `kept` is the photo itself, those taken right
    `before` it vote. `plan` is the one that is valid then; `when_empty` what the slots look
    like with nothing in them; `is_moved`: the camera looks elsewhere than its corners say."""

    kept: Decoded
    before: Sequence[Image]
    camera: Camera
    view: ShelfView
    fixture: FixtureProfile
    plan: PlanogramProfile | None
    taken_at: datetime
    when_empty: Mapping[str, Look]
    is_moved: bool

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height of the photo that is kept."""
        height, width = self.kept.image.shape[:2]
        return width, height


def read_photo(photo: FixturePhoto, reader: ShelfReader) -> PhotoRead:
    """What the pictures of one moment show together.

    A camera that was turned, or whose pictures have another size than the profile says, looks
    elsewhere than its corners say: nothing is claimed. Raises VisionError.
    """
    plan = photo.plan
    if photo.is_moved or photo.size_px != (photo.camera.width_px, photo.camera.height_px):
        planned = tuple(slot.slot_id for slot in plan.slots) if plan else ()
        return _told(photo, None, hidden=planned)
    readings = [_read(image, photo, reader) for image in photo.before]
    readings.append(_read(photo.kept, photo, reader))
    return _told(photo, vote(readings, plan))


def _read(image: Image | Decoded, photo: FixturePhoto, reader: ShelfReader) -> ShelfReading:
    return reader.read(
        image,
        view=photo.view,
        fixture=photo.fixture,
        planogram=photo.plan,
        when_empty=photo.when_empty,
    )


def _told(
    photo: FixturePhoto, seen: ShelfReading | None, *, hidden: tuple[str, ...] = ()
) -> PhotoRead:
    plan, (width_px, height_px) = photo.plan, photo.size_px
    return PhotoRead(
        fixture_id=photo.view.fixture_id,
        camera_id=photo.camera.camera_id,
        taken_at=photo.taken_at,
        sha256="",
        width_px=width_px,
        height_px=height_px,
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
