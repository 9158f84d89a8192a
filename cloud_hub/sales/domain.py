"""What sales declare."""

from typing import Final

from cloud_hub.domain import Domain
from cloud_hub.insight.search import Search
from cloud_hub.sales.metrics import SALES_METRICS
from cloud_hub.sales.revision_findings import DAY_REVISED, find_revised

DOMAIN: Final = Domain(
    name="sales",
    metrics=SALES_METRICS,
    searches=(Search(kinds=(DAY_REVISED,), find=find_revised),),
)
