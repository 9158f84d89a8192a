"""What sales declare."""

from typing import Final

from cloud_hub.core.projection import Projection
from cloud_hub.domain import Domain
from cloud_hub.insight.search import Search
from cloud_hub.sales.booking.cart_events import apply_carts, trace_cart
from cloud_hub.sales.booking.receipt_events import apply_receipts, receipt_day, trace_receipt
from cloud_hub.sales.day_revisions import note_revised
from cloud_hub.sales.metrics import SALES_METRICS
from cloud_hub.sales.receipt_findings import DOUBTFUL_RECEIPT, find_doubtful
from cloud_hub.sales.revision_findings import DAY_REVISED, find_revised
from sync.events import CartClosed, Receipt

DOMAIN: Final = Domain(
    name="sales",
    projections=(
        Projection(body=Receipt, apply=apply_receipts, trace=trace_receipt, revises=receipt_day),
        Projection(body=CartClosed, apply=apply_carts, trace=trace_cart),
    ),
    note_revised=(note_revised,),
    metrics=SALES_METRICS,
    searches=(
        Search(kinds=(DAY_REVISED,), find=find_revised),
        Search(kinds=(DOUBTFUL_RECEIPT,), find=find_doubtful),
    ),
)
