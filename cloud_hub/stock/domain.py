"""What the stock ledger declares to the hub."""

from typing import Final

from cloud_hub.core.projection import Projection
from cloud_hub.stock.events import apply_counts, apply_moves, trace_count, trace_move
from sync.events import StockCounted, StockMoved

PROJECTIONS: Final = (
    Projection(body=StockMoved, apply=apply_moves, trace=trace_move),
    Projection(body=StockCounted, apply=apply_counts, trace=trace_count),
)
