"""What the domains declare, joined by the register and handed down to pages and doors."""

from collections.abc import Mapping
from dataclasses import dataclass

from cloud_hub.core.projection import Projections
from cloud_hub.insight.metric import Metric
from cloud_hub.insight.search import Searches


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """Every metric by name, every search for problems, what each kind of event becomes."""

    metrics: Mapping[str, Metric]
    searches: Searches
    projections: Projections
