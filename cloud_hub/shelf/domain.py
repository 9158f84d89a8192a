"""What shelves declare."""

from typing import Final

from cloud_hub.core.projection import Projection
from cloud_hub.domain import Domain
from cloud_hub.insight.search import Search
from cloud_hub.shelf.events import apply_shelves, trace_photo
from cloud_hub.shelf.findings.gaps import EMPTY_SLOT, find_empty_slots
from cloud_hub.shelf.findings.misplaced import MISPLACED, find_misplaced
from cloud_hub.shelf.findings.purity import PURITY, find_impure
from cloud_hub.shelf.metrics import SHELF_METRICS
from cloud_hub.shelf.photos import api
from sync.events import ShelfObserved

DOMAIN: Final = Domain(
    name="shelf",
    projections=(Projection(body=ShelfObserved, apply=apply_shelves, trace=trace_photo),),
    metrics=SHELF_METRICS,
    searches=(
        Search(kinds=(EMPTY_SLOT,), find=find_empty_slots),
        Search(kinds=(MISPLACED,), find=find_misplaced),
        Search(kinds=(PURITY,), find=find_impure),
    ),
    routers=(api.router,),
)
