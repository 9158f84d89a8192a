"""The running hub as its parts see it: what was built at start and is passed to every door."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from cloud_hub.auth import LoginThrottle
from cloud_hub.changes import Changes
from cloud_hub.database import Database
from cloud_hub.secrets import HubSecrets
from cloud_hub.settings import HubSettings


class HubClock(Protocol):
    """What the hub asks of a clock."""

    def now(self) -> datetime:
        """Aware UTC."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """Parts of a running hub, on `app.state.hub`.

    Read in a thread: `with hub.sessions() as session`. Write in a thread:
    `with hub.database.writing() as session`; it commits by itself. `changed.version` rises with
    every commit of new facts.
    """

    settings: HubSettings
    database: Database
    secrets: HubSecrets
    clock: HubClock
    changed: Changes
    throttle: LoginThrottle

    @property
    def sessions(self) -> Callable[[], Session]:
        """Makes sessions to read with."""
        return self.database.sessions
