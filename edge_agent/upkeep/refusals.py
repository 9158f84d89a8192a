"""One alarm while the hub will not have this device: a wrong claim token mends itself never."""

import asyncio
from dataclasses import dataclass, field

from edge_agent.core.alarm_reporting import Guarded
from edge_agent.core.alarms import HUB_REFUSES, AlarmBook
from sync.link.link_state import LinkState, LinkStatus


@dataclass(slots=True)
class RefusalWatch:
    """Follows the link's state: raised when the hub or its broker refuses this device, cleared
    when it lets it in."""

    alarms: AlarmBook
    device_id: str
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _latest: LinkStatus | None = None

    def note(self, status: LinkStatus) -> None:
        """The link says how it is."""
        if status.state in (LinkState.REFUSED, LinkState.ONLINE):
            self._latest = status
            self._changed.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Raises and clears until told to stop."""
        while not stop.is_set():
            waiting = [asyncio.create_task(event.wait()) for event in (self._changed, stop)]
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in waiting:
                task.cancel()
            self._changed.clear()
            if (status := self._latest) is not None:
                alarm = Guarded(alarm=HUB_REFUSES, subject=self.device_id, detail=status.detail)
                await self.alarms.set_alarm(alarm, is_on=status.state is LinkState.REFUSED)
