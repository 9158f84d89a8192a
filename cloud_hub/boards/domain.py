"""What the boards declare."""

from typing import Final

from cloud_hub.boards import api
from cloud_hub.boards.screens import SCREENS
from cloud_hub.boards.temperature_log import api as temperature_log
from cloud_hub.domain import Domain

DOMAIN: Final = Domain(name="boards", screens=SCREENS, routers=(api.router, temperature_log.router))
