"""What the hub does for its authority by itself: its own certificates stay fresh, and the list of
revoked ones says what the database says, whoever changed it."""

import asyncio
import logging
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from cloud_hub.core.errors import HubError
from cloud_hub.core.hub import Hub
from cloud_hub.fleet.trust.certificates import authority_of, revoked

log = logging.getLogger(__name__)

LOOK_EVERY_S = 5.0


async def keep_authority(hub: Hub) -> None:
    """Until cancelled."""
    while True:
        try:
            await asyncio.to_thread(look_after, hub)
        except (HubError, OSError, SQLAlchemyError):
            log.exception("the authority was not looked after", extra={"action": "trust-failed"})
        await asyncio.sleep(LOOK_EVERY_S)


def look_after(hub: Hub) -> None:
    """Once. Raises HubError, OSError."""
    now = hub.clock.now()
    authority = authority_of(hub)
    for name in authority.keep_own(hub.settings.server_names, now):
        log.info("new certificate: %s", name, extra={"action": "certificate-renewed"})
    write_revoked(hub, now)


def write_revoked(hub: Hub, now: datetime) -> None:
    """The file of revoked certificates, where it is not as the database says. Raises HubError,
    OSError."""
    authority = authority_of(hub)
    with hub.sessions() as session:
        gone = revoked(session, now)
    wanted = {serial for serials in gone.values() for serial, _ in serials}
    if authority.says_revoked(wanted):
        return
    authority.write_revoked(gone, now)
    log.info("%d certificates are revoked", len(wanted), extra={"action": "revoked-written"})
