"""What the application holds for its doors beside the hub itself."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from cloud_hub.access.throttle import LoginThrottle
from cloud_hub.link.ingest.counters import Meters


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Parts of a running hub that only some doors need, on `app.state.parts`: who guesses claim
    tokens, and what was counted."""

    claims: LoginThrottle
    meters: Meters


def parts_of(request: Request) -> Parts:
    """The parts of the running hub."""
    parts: Parts = request.app.state.parts
    return parts


PartsOf = Annotated[Parts, Depends(parts_of)]
