"""A store of fourteen devices that goes dark in the night, for tests of incidents."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from cloud_hub.fleet.incidents.keeping import keep_incidents
from cloud_hub.fleet.incidents.tables import Incident, IncidentMember
from cloud_hub.insight.snapshot import load_snapshot
from cloud_hub.link.tables import DeviceConnection
from tests.small_chain import TENANT, TODAY, SmallChain, local

NIGHT = local(3, day=TODAY + timedelta(days=1))
EARLIER = NIGHT - timedelta(hours=1)


def furnish(chain: SmallChain, *, devices: int = 14) -> None:
    """The second store gets more devices, all linked."""
    for number in range(devices - 3):
        chain.device(f"s02-more{number:02d}", "s02", "cooler", heard_at=EARLIER)
    chain.flush()


def set_links(chain: SmallChain, prefix: str, ended_at: datetime | None) -> None:
    """Devices whose name begins so lose their link then; with None they are back."""
    chain.flush()
    with chain.database.writing() as session:
        session.execute(
            sa.update(DeviceConnection)
            .where(DeviceConnection.device_id.startswith(prefix))
            .values(ended_at=ended_at)
        )


def look(chain: SmallChain, now: datetime) -> int:
    """How many incidents changed at one look."""
    chain.flush()
    with chain.database.writing() as session:
        snapshot = load_snapshot(session, TENANT, now)
        assert snapshot is not None
        return keep_incidents(session, snapshot)


def incidents(chain: SmallChain) -> list[Incident]:
    with chain.reading() as session:
        return list(
            session.scalars(sa.select(Incident).order_by(Incident.opened_at, Incident.incident_id))
        )


def members(chain: SmallChain, incident: Incident) -> list[IncidentMember]:
    with chain.reading() as session:
        query = sa.select(IncidentMember).where(IncidentMember.incident_id == incident.incident_id)
        return list(session.scalars(query))
