"""What reconciliation declares."""

from typing import Final

from cloud_hub.domain import Domain
from cloud_hub.insight.search import Search
from cloud_hub.reconciliation import api, letters_api
from cloud_hub.reconciliation.findings import (
    EVENTS_LOST,
    EVENTS_REFUSED,
    EVENTS_RESENT,
    find_link_news,
)

DOMAIN: Final = Domain(
    name="reconciliation",
    searches=(Search(kinds=(EVENTS_LOST, EVENTS_REFUSED, EVENTS_RESENT), find=find_link_news),),
    routers=(api.router, letters_api.router),
)
