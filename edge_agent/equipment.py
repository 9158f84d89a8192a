"""What every part of one agent shares."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random

from aiohttp import web

from edge_agent.core.alarms import AlarmBook
from edge_agent.core.door_log import DoorLog
from edge_agent.core.health import Health
from edge_agent.core.maintenance import Maintenance
from edge_agent.core.remote import Remote
from edge_agent.core.writer import Writer
from edge_agent.page.status import StatusBoard
from edge_agent.settings import EdgeSettings
from edge_agent.upkeep.updates import Updates
from sync.core.clock import Clock
from sync.link.media import MediaStore
from sync.outbox.outbox import Outbox

Part = Callable[[asyncio.Event], Awaitable[None]]
"""A part's loop: runs until the event is set."""


@dataclass(slots=True, kw_only=True)
class Agent:
    """What every part of one agent shares. `parts` are the loops to run, by name."""

    settings: EdgeSettings
    clock: Clock
    rng: Random
    writer: Writer
    health: Health
    alarms: AlarmBook
    board: StatusBoard
    media: MediaStore
    remote: Remote
    updates: Updates
    maintenance: Maintenance
    door: DoorLog = field(default_factory=DoorLog)
    parts: dict[str, Part] = field(default_factory=dict)
    pages: list[Callable[[web.Application], None]] = field(default_factory=list)
    """What adds more routes to the local page."""

    @property
    def outbox(self) -> Outbox:
        """The device's outbox."""
        return self.writer.outbox
