"""What the hub does for artifacts by itself: signatures stay fresh, devices hear of new desired
states."""

import asyncio
import logging
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from cloud_hub.core.errors import HubError
from cloud_hub.core.hub import Hub
from cloud_hub.fleet.artifacts.artifacts import artifacts_of
from cloud_hub.fleet.commands.shadows import desired_message
from cloud_hub.fleet.tables import DeviceShadow
from cloud_hub.master_data.place_tables import DeviceRow
from sync.wire.topics import Downlink, dn_topic

log = logging.getLogger(__name__)

SIGNING_PERIOD_S = 3600.0
WISHES_PERIOD_S = 2.0


async def keep_signed(hub: Hub) -> None:
    """Renews signatures before they expire, until cancelled. At start everything is signed anew: a
    hub put back from a backup must be ahead of what its devices saw."""
    is_start = True
    while True:
        try:
            await asyncio.to_thread(_renew, hub, is_start)
        except (HubError, OSError):
            log.exception("artifacts were not signed anew", extra={"action": "signing-failed"})
        is_start = False
        await asyncio.sleep(SIGNING_PERIOD_S)


def _renew(hub: Hub, is_start: bool) -> None:
    artifacts = artifacts_of(hub)
    for tenant_id in artifacts.tenants():
        signer = artifacts.signer(tenant_id)
        renewed = signer.renew(hub.clock.now(), all_of_them=is_start)
        if renewed:
            log.info(
                "%s: signed anew: %s",
                tenant_id,
                ", ".join(renewed),
                extra={"action": "artifacts-signed"},
            )


async def publish_desired_states(hub: Hub) -> None:
    """Publishes desired states that were changed beside this hub, by a command or another worker,
    until cancelled. Only a hint: a device that misses it asks at its hello."""
    seen_at = hub.clock.now()
    while True:
        await asyncio.sleep(WISHES_PERIOD_S)
        listener = hub.link.listener
        if listener is None or not hub.link.is_connected:
            continue
        try:
            desired = await asyncio.to_thread(_desired_since, hub, seen_at)
        except SQLAlchemyError:
            log.exception(
                "desired states were not looked for", extra={"action": "desired-states-failed"}
            )
            continue
        for desired_at, topic, payload in desired:
            listener.publish(topic, payload)
            seen_at = max(seen_at, desired_at)


def _desired_since(hub: Hub, moment: datetime) -> list[tuple[datetime, str, bytes]]:
    """When each was desired, and what is published where."""
    query = (
        sa.select(DeviceShadow, DeviceRow)
        .join(
            DeviceRow,
            sa.and_(
                DeviceRow.tenant_id == DeviceShadow.tenant_id,
                DeviceRow.device_id == DeviceShadow.device_id,
            ),
        )
        .where(DeviceShadow.desired_at > moment)
    )
    with hub.sessions() as session:
        return [
            (
                shadow.desired_at or moment,
                dn_topic(device.tenant_id, device.store_id, device.device_id, Downlink.DESIRED),
                desired_message(shadow),
            )
            for shadow, device in session.execute(query)
        ]
