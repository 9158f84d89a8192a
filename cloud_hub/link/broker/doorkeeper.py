"""Writes down what happens at the door: who left, and which device broke its rules."""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from cloud_hub.core.hub import Hub
from cloud_hub.link.broker.connections import end_connection
from cloud_hub.link.broker.device_identity import DeviceIdentity
from cloud_hub.link.broker.refusals import LinkRefusal
from cloud_hub.link.hub_alarms import BROKE_RULES, HubAlarm, raise_alarm
from cloud_hub.master_data.place_tables import DeviceRow

log = logging.getLogger(__name__)

WRITTEN_EVERY_S = 60.0
MOST_REMEMBERED = 4096


class HubDoorkeeper:
    """Writes into the hub's database, one alarm a device, rule and minute."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._written: OrderedDict[tuple[str, str, LinkRefusal], float] = OrderedDict()

    async def left(self, device: DeviceIdentity) -> None:
        """A device's last connection has ended."""
        await self._write(lambda: self._end(device))

    async def ended(self, inside: Sequence[DeviceIdentity]) -> list[DeviceIdentity]:
        """Which of those inside have no password any more; nobody, where that cannot be read."""
        try:
            return await asyncio.to_thread(self._ended, inside)
        except SQLAlchemyError:
            log.exception("passwords were not looked at", extra={"action": "door-look-failed"})
            return []

    def _ended(self, inside: Sequence[DeviceIdentity]) -> list[DeviceIdentity]:
        row = DeviceRow
        names = [(one.tenant_id, one.device_id) for one in inside]
        query = sa.select(row.tenant_id, row.device_id).where(
            row.password_hash.is_(None), sa.tuple_(row.tenant_id, row.device_id).in_(names)
        )
        with self._hub.sessions() as session:
            gone = {(tenant_id, device_id) for tenant_id, device_id in session.execute(query)}
        return [one for one in inside if (one.tenant_id, one.device_id) in gone]

    async def broke(self, device: DeviceIdentity, refusal: LinkRefusal) -> None:
        """A device did what no agent does: an alarm stands."""
        now_s, key = time.monotonic(), (device.tenant_id, device.device_id, refusal)
        if now_s - self._written.get(key, float("-inf")) < WRITTEN_EVERY_S:
            return
        self._written[key] = now_s
        self._written.move_to_end(key)
        if len(self._written) > MOST_REMEMBERED:
            self._written.popitem(last=False)
        await self._write(lambda: self._raise(device, refusal))

    async def _write(self, write: Callable[[], None]) -> None:
        try:
            await asyncio.to_thread(write)
        except SQLAlchemyError:
            log.exception("the door's note was not kept", extra={"action": "door-note-lost"})
            return
        self._hub.changed.announce()

    def _end(self, device: DeviceIdentity) -> None:
        with self._hub.database.writing() as session:
            end_connection(session, device.tenant_id, device.device_id, self._hub.clock.now())

    def _raise(self, device: DeviceIdentity, refusal: LinkRefusal) -> None:
        with self._hub.database.writing() as session:
            row = session.get(DeviceRow, (device.tenant_id, device.device_id))
            if row is not None:
                alarm = HubAlarm(
                    alarm=BROKE_RULES,
                    subject=refusal.name.lower().replace("_", "-"),
                    detail=f"refused at the broker: {refusal.value}",
                )
                raise_alarm(session, row, alarm, self._hub.clock.now())
