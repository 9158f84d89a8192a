"""What stock declares."""

from typing import Final

from cloud_hub.core.projection import Projection
from cloud_hub.domain import Domain
from cloud_hub.stock import api
from cloud_hub.stock.events import apply_counts, apply_moves, trace_count, trace_move
from sync.events import StockCounted, StockMoved

DOMAIN: Final = Domain(
    name="stock",
    projections=(
        Projection(body=StockMoved, apply=apply_moves, trace=trace_move),
        Projection(body=StockCounted, apply=apply_counts, trace=trace_count),
    ),
    routers=(api.router,),
)
