"""Acknowledged and snoozed by who may, once, with the audit log."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from cloud_hub.access.tables import AuditEntry
from cloud_hub.core.errors import NotFound, NotYours, Refused
from cloud_hub.core.storage.database import Database
from cloud_hub.fleet.incidents.acts import Snoozing, acknowledge, snooze
from device_profiles.store import LoginRole
from tests.small_chain import SmallChain, viewer
from tests.stage.incidents.dark_store import NIGHT, incidents, look, set_links

IT = viewer(LoginRole.IT)
NOW = NIGHT + timedelta(minutes=10)


@pytest.fixture
def chain(hub_database: Database) -> SmallChain:
    opened = SmallChain(hub_database)
    opened.master_data(2)
    set_links(opened, "s02", NIGHT)
    look(opened, NOW)
    return opened


def test_who_acknowledges_stands_there_and_in_the_audit_log(chain: SmallChain) -> None:
    (incident,) = incidents(chain)
    with chain.database.writing() as session:
        acknowledge(session, IT, incident.incident_id, "I drive there", NOW)
    (incident,) = incidents(chain)
    assert (incident.acknowledged_by, incident.note) == ("who", "I drive there")
    with chain.reading() as session:
        (entry,) = session.scalars(sa.select(AuditEntry))
        assert (entry.action, entry.subject) == ("incident-acknowledged", incident.incident_id)
    with chain.database.writing() as session, pytest.raises(Refused, match="already by who"):
        acknowledge(session, IT, incident.incident_id, "", NOW)


def test_a_snooze_has_hours_and_a_reason(chain: SmallChain) -> None:
    (incident,) = incidents(chain)
    for wrong in (Snoozing(hours=0, reason="x"), Snoozing(hours=2, reason="  ")):
        with chain.database.writing() as session, pytest.raises(Refused, match="say why"):
            snooze(session, IT, incident.incident_id, wrong, NOW)
    with chain.database.writing() as session:
        snooze(session, IT, incident.incident_id, Snoozing(hours=2, reason="building"), NOW)
    (incident,) = incidents(chain)
    assert incident.snoozed_until == NOW + timedelta(hours=2)
    assert incident.snooze_reason == "building"


@pytest.mark.parametrize(
    ("who", "error"),
    [
        (viewer(LoginRole.TECHNICIAN, "s01"), NotFound),
        (viewer(LoginRole.HEAD_OFFICE), NotYours),
        (viewer(LoginRole.STORE, "s02"), NotYours),
    ],
)
def test_others_may_not(chain: SmallChain, who, error: type[Exception]) -> None:
    (incident,) = incidents(chain)
    with chain.database.writing() as session, pytest.raises(error):
        acknowledge(session, who, incident.incident_id, "", NOW)


def test_what_is_over_is_not_acknowledged_any_more(chain: SmallChain) -> None:
    (incident,) = incidents(chain)
    set_links(chain, "s02", None)
    look(chain, NOW + timedelta(minutes=1))
    look(chain, NOW + timedelta(minutes=9))
    with chain.database.writing() as session, pytest.raises(Refused, match="is over"):
        acknowledge(session, IT, incident.incident_id, "", NOW)
