"""What coolers declare."""

from typing import Final

from cloud_hub.coolers.estimated_sales import ESTIMATED_SELL_OUT
from cloud_hub.domain import Domain

DOMAIN: Final = Domain(name="coolers", metrics=(ESTIMATED_SELL_OUT,))
