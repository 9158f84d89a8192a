"""A chain that was loaded is in the audit log."""

import sqlalchemy as sa

from cloud_hub.access.audit_log import first_forged
from cloud_hub.access.tables import AuditEntry
from cloud_hub.admin.loading import load_chain
from cloud_hub.core.storage.database import Database
from tests.talking_device import NOON, small_chain


def test_who_loaded_a_chain_is_in_the_log(hub_database: Database) -> None:
    with hub_database.writing() as session:
        load_chain(session, small_chain(3), by="anna", now=NOON)
    with hub_database.sessions() as session:
        entry = session.scalars(sa.select(AuditEntry)).one()
        assert (entry.actor, entry.action) == ("anna", "master-data-loaded")
        assert entry.detail["stores"] == 3
        assert first_forged(session, "linguang") is None
