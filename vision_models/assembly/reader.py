"""A shelf reader as a command needs it: the gallery named, a detector where no slots are marked."""

from pathlib import Path

import cv2

from vision_models.assembly.profile_view import ProfileView
from vision_models.naming.gallery import Gallery
from vision_models.networks.embedding import Embedder
from vision_models.networks.products import product_detector
from vision_models.shelf.shelf import ShelfReader


def open_reader(gallery: Path | None, known: ProfileView | None, *, threads: int) -> ShelfReader:
    """A reader for photos of the view that is `known`, or of any shelf.

    Raises UnusableGallery, UnusableModel.
    """
    cv2.setNumThreads(threads)
    opened = Gallery.open(gallery, Embedder.shipped(threads=threads)) if gallery else None
    is_marked = known is not None and bool(known.view.corners or known.view.baskets)
    return ShelfReader(opened, None if is_marked else product_detector(threads=threads))
