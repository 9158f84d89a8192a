"""What sales declare to the hub."""

from typing import Final

from cloud_hub.core.projection import Projection
from cloud_hub.sales.cart_events import apply_carts, trace_cart
from cloud_hub.sales.receipt_events import apply_receipts, receipt_day, trace_receipt
from sync.events import CartClosed, Receipt

PROJECTIONS: Final = (
    Projection(body=Receipt, apply=apply_receipts, trace=trace_receipt, revises=receipt_day),
    Projection(body=CartClosed, apply=apply_carts, trace=trace_cart),
)
