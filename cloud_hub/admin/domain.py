"""What administration declares."""

from typing import Final

from cloud_hub.admin import logins_api, master_data_api, places_api, removing_api
from cloud_hub.admin.devices.actions import ACTIONS as DEVICE_ACTIONS
from cloud_hub.admin.devices.screens import SCREENS as DEVICE_SCREENS
from cloud_hub.admin.people import reveals_api
from cloud_hub.admin.people.actions import ACTIONS as PEOPLE_ACTIONS
from cloud_hub.admin.people.screens import SCREENS as PEOPLE_SCREENS
from cloud_hub.admin.stores.actions import ACTIONS as STORE_ACTIONS
from cloud_hub.admin.stores.screens import SCREENS as STORE_SCREENS
from cloud_hub.domain import Domain

DOMAIN: Final = Domain(
    name="admin",
    screens=(*STORE_SCREENS, *DEVICE_SCREENS, *PEOPLE_SCREENS),
    actions=(*STORE_ACTIONS, *DEVICE_ACTIONS, *PEOPLE_ACTIONS),
    routers=(
        master_data_api.router,
        logins_api.router,
        reveals_api.router,
        places_api.router,
        removing_api.router,
    ),
)
