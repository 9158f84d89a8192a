"""What the application holds for its doors beside the hub itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from cloud_hub.access.refusals import Refusals
from cloud_hub.access.throttle import LoginThrottle, Patience
from cloud_hub.insight.metric import Metric
from cloud_hub.insight.search import Searches
from cloud_hub.link.ingest.counters import Counters
from cloud_hub.link.ingest.unit_of_work import Projector
from cloud_hub.web.api.readiness import Readiness


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Parts of a running hub that only some doors need, on `app.state.parts`: who guesses claim
    tokens, who guesses tokens and devices' passwords, what was refused and not noted yet, what was
    counted, every metric by name, what events become, whether the hub can work now, every
    search."""

    claims: Patience
    guesses: LoginThrottle
    refusals: Refusals
    meters: Counters
    metrics: Mapping[str, Metric]
    projector: Projector
    readiness: Readiness
    searches: Searches


def parts_of(request: Request) -> Parts:
    """The parts of the running hub."""
    parts: Parts = request.app.state.parts
    return parts


PartsOf = Annotated[Parts, Depends(parts_of)]
