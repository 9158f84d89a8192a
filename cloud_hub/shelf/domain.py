"""What shelves declare to the hub."""

from typing import Final

from cloud_hub.core.projection import Projection
from cloud_hub.shelf.events import apply_shelves, trace_photo
from sync.events import ShelfObserved

PROJECTIONS: Final = (Projection(body=ShelfObserved, apply=apply_shelves, trace=trace_photo),)
