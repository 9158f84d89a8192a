"""What stock declares."""

from typing import Final

from cloud_hub.domain import Domain
from cloud_hub.stock import api

DOMAIN: Final = Domain(name="stock", routers=(api.router,))
