"""The running hub as its parts see it: what was built at start and is passed to every door."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from cloud_hub.core.change_feed import Changes
from cloud_hub.core.keys.key_store import HubSecrets
from cloud_hub.core.media_store import Pictures
from cloud_hub.core.settings import HubSettings
from cloud_hub.core.storage.database import Database
from sync.core.clock import Clock
from sync.link.listener import MqttListener


@dataclass(slots=True)
class BrokerLink:
    """The hub's connection to its brokers, while it runs."""

    listener: MqttListener | None = None
    trouble: str | None = None
    """Why the broker that the hub runs does not, while it does not."""

    @property
    def is_connected(self) -> bool:
        """Whether at least one broker is there."""
        return self.listener is not None and bool(self.listener.links)

    async def answers(self, patience_s: float) -> bool:
        """Whether at least one broker takes a message within `patience_s`."""
        return self.listener is not None and await self.listener.answers(patience_s)


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
    clock: Clock
    changed: Changes
    pictures: Pictures
    link: BrokerLink

    @property
    def sessions(self) -> Callable[[], Session]:
        """Makes sessions to read with."""
        return self.database.sessions


def hub_over(settings: HubSettings, database: Database, secrets: HubSecrets, clock: Clock) -> Hub:
    """A hub's parts over an open database; nothing runs yet."""
    return Hub(
        settings=settings,
        database=database,
        secrets=secrets,
        clock=clock,
        changed=Changes(),
        pictures=Pictures(settings.media_dir, limit_bytes=settings.media_limit_bytes),
        link=BrokerLink(),
    )
