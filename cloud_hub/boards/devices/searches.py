"""What the pages of devices look for: what concerns devices, the coolers that they watch and their
link, nothing of goods."""

from cloud_hub.coolers.domain import DOMAIN as COOLERS
from cloud_hub.fleet.domain import DOMAIN as FLEET
from cloud_hub.reconciliation.domain import DOMAIN as RECONCILIATION

DEVICE_SEARCHES = (*FLEET.searches, *COOLERS.searches, *RECONCILIATION.searches)
