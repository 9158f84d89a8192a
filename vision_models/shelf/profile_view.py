"""What a device's profile says about its first shelf, and a reader of its photos."""

from dataclasses import dataclass
from pathlib import Path

import cv2

from device_profiles.camera import ShelfView
from device_profiles.device import InvalidProfile, load_device
from device_profiles.planogram import FixtureProfile, PlanogramProfile
from vision_models.core.errors import UnusableModel, UnusablePicture
from vision_models.core.frame import Image
from vision_models.naming.gallery import Gallery
from vision_models.networks.embedding import Embedder
from vision_models.networks.models import SHIPPED, read_manifest
from vision_models.networks.products import product_detector
from vision_models.shelf.reader import ShelfReader


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileView:
    """One camera's view of one fixture. `planogram` is the newest; `empty_picture` lies beside the
    profile."""

    view: ShelfView
    fixture: FixtureProfile
    planogram: PlanogramProfile | None
    width_px: int
    height_px: int
    empty_picture: Path | None

    def check_size(self, path: Path, image: Image) -> None:
        """Raises UnusablePicture where the picture is not of the size the view was marked on."""
        height, width = image.shape[:2]
        if (width, height) != (self.width_px, self.height_px):
            raise UnusablePicture(
                f"{path} is {width}×{height} px, the camera was calibrated at"
                f" {self.width_px}×{self.height_px}; use that camera's pictures, or calibrate it"
                " again"
            )


def view_in_profile(path: Path) -> ProfileView:
    """The first view of a fixture in a device's profile (TOML). Raises UnusablePicture."""
    try:
        device = load_device(path)
    except InvalidProfile as error:
        raise UnusablePicture(str(error)) from error
    for camera in device.cameras:
        for view in camera.shelves:
            fixture = next((f for f in device.fixtures if f.fixture_id == view.fixture_id), None)
            if fixture is None:
                continue
            plans = [p for p in device.planograms if p.fixture_id == view.fixture_id]
            return ProfileView(
                view=view,
                fixture=fixture,
                planogram=max(
                    plans, key=lambda plan: (plan.valid_from, plan.version), default=None
                ),
                width_px=camera.width_px,
                height_px=camera.height_px,
                empty_picture=path.parent / view.empty_picture if view.empty_picture else None,
            )
    raise UnusablePicture(f"profile {path} has no camera with a shelf view of one of its fixtures")


def open_reader(
    gallery: Path | None,
    known: ProfileView | None,
    *,
    threads: int,
    manifest: Path | None = None,
) -> ShelfReader:
    """A reader for photos of the view that is `known`, or of any shelf. `manifest` names other
    models; what it does not name is the shipped one.

    Raises UnusableGallery, UnusableModel.
    """
    cv2.setNumThreads(threads)
    own = read_manifest(manifest) if manifest else {}
    if manifest and not own.keys() & {"sku-embedding", "product-detector"}:
        raise UnusableModel(
            f"the manifest {manifest} names neither sku-embedding nor product-detector"
        )

    def of(name: str) -> Path:
        return manifest if manifest and name in own else SHIPPED

    is_marked = known is not None and bool(known.view.corners or known.view.baskets)
    opened = detector = None
    if gallery:
        embedder = Embedder.shipped(manifest=of("sku-embedding"), threads=threads)
        opened = Gallery.open(gallery, embedder)
    if not is_marked:
        detector = product_detector(manifest=of("product-detector"), threads=threads)
    return ShelfReader(opened, detector)
