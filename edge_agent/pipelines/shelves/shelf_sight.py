"""One shelf camera's eyes: a photo → what stands in each fixture in its view."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from device_profiles.camera import Camera, ShelfView, SourceKind
from device_profiles.planogram import FixtureProfile, PlanogramProfile
from edge_agent.drivers.photos import Photo
from edge_agent.pipelines.shelves.photo_reading import FixturePhoto, read_photo
from edge_agent.pipelines.shelves.reporting import PhotoRead
from edge_agent.pipelines.view import TURNED_BELOW, ViewGuard
from vision_models.core.errors import VisionError
from vision_models.core.frame import Image
from vision_models.core.pictures import read_picture
from vision_models.shelf.emptiness import Look
from vision_models.shelf.quality import Quality, judge_picture
from vision_models.shelf.reader import ShelfReader

SHIFTED_BEYOND = 0.02
"""Shift, as a share of the picture, by which a slot's crop shows its neighbour."""

log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class ShelfSight:
    """Reads the photos of one camera. The hub may send other plans and another reader meanwhile;
    the next photo is read with them."""

    camera: Camera
    planograms: tuple[PlanogramProfile, ...]
    fixtures: Mapping[str, FixtureProfile]
    reader: ShelfReader
    view: ViewGuard | None = None
    empty_pictures: Mapping[str, Path] = field(default_factory=dict)
    _when_empty: dict[str, Mapping[str, Look]] = field(default_factory=dict)

    def read(self, photo: Photo, before: Sequence[Image] = ()) -> list[PhotoRead]:
        """What a photo shows, one reading a fixture; pictures taken right `before` it vote.

        Raises VisionError where it cannot be judged.
        """
        is_moved = self._is_moved(photo)
        return [
            read_photo(
                FixturePhoto(
                    kept=photo.decoded,
                    before=before,
                    camera=self.camera,
                    view=view,
                    fixture=self.fixtures[view.fixture_id],
                    plan=plan_at(self.planograms, view.fixture_id, photo.taken_at),
                    taken_at=photo.taken_at,
                    when_empty=self._empty_looks(view),
                    is_moved=is_moved and (view.corners is not None or bool(view.baskets)),
                ),
                self.reader,
            )
            for view in self.camera.shelves
        ]

    def has_right_size(self, photo: Photo) -> bool:
        """Whether the picture is as large as the profile says."""
        height, width = photo.image.shape[:2]
        return (width, height) == (self.camera.width_px, self.camera.height_px)

    def _is_moved(self, photo: Photo) -> bool:
        """Whether the camera looks elsewhere than its corners were marked for."""
        if self.view is None or not self.has_right_size(photo):
            return False
        # A live camera's view is learned from every frame, not only from photos.
        is_folder = self.camera.source.kind is SourceKind.IMAGE_FOLDER
        is_clear = not photo.complaint and judge_picture(photo.image) is Quality.CLEAR
        if is_folder and is_clear:
            self.view.look(photo.image, photo.taken_at.timestamp())
        if self.view.reference is None:
            return False
        shift = self.view.reference.compare(photo.image)
        is_shifted = shift.agreeing >= TURNED_BELOW and shift.moved > SHIFTED_BEYOND
        return is_shifted or self.view.is_turned

    def _empty_looks(self, view: ShelfView) -> Mapping[str, Look]:
        """How the slots look with nothing in them, read from the empty shelf's picture once."""
        path = self.empty_pictures.get(view.fixture_id)
        if path is None or view.corners is None:
            return {}
        if view.fixture_id not in self._when_empty:
            fixture, looks = self.fixtures[view.fixture_id], dict[str, Look]()
            try:
                looks = self.reader.look_at_empty(read_picture(path), view, fixture)
            except VisionError as error:
                log.warning("%s is of no use: %s", path, error, extra={"action": "photo"})
            self._when_empty[view.fixture_id] = looks
        return self._when_empty[view.fixture_id]


def plan_at(
    plans: tuple[PlanogramProfile, ...], fixture_id: str, at: datetime
) -> PlanogramProfile | None:
    """The planogram of a fixture that is valid at `at`: the latest that has begun."""
    begun = [p for p in plans if p.fixture_id == fixture_id and p.valid_from <= at]
    return max(begun, key=lambda plan: (plan.valid_from, plan.version), default=None)
