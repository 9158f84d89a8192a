"""What administration declares."""

from typing import Final

from cloud_hub.admin import logins_api, master_data_api, places_api
from cloud_hub.admin.stores.actions import ACTIONS
from cloud_hub.admin.stores.screens import SCREENS
from cloud_hub.domain import Domain

DOMAIN: Final = Domain(
    name="admin",
    screens=SCREENS,
    actions=ACTIONS,
    routers=(master_data_api.router, logins_api.router, places_api.router),
)
