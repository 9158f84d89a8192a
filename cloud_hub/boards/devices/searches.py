"""What the pages of devices look for: what concerns devices and their link, nothing of goods."""

from cloud_hub.fleet.domain import DOMAIN as FLEET
from cloud_hub.reconciliation.domain import DOMAIN as RECONCILIATION

DEVICE_SEARCHES = (*FLEET.searches, *RECONCILIATION.searches)
