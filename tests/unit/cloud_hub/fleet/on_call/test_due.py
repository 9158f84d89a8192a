"""Who is told when: once a step, again until acknowledged, escalated, bounded, told of the end."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from cloud_hub.core.storage.database import Database
from cloud_hub.fleet.incidents.acts import Snoozing, acknowledge, snooze
from cloud_hub.fleet.incidents.tables import Incident
from cloud_hub.fleet.on_call.due import due_messages, write_messages
from cloud_hub.fleet.on_call.rota import OnCall
from device_profiles.store import LoginRole
from tests.small_chain import TENANT, SmallChain, viewer
from tests.stage.incidents.dark_store import NIGHT, furnish, incidents, look, set_links

MINUTE = timedelta(minutes=1)
HERE = (TENANT, ZoneInfo("Etc/GMT-8"))
ANNA, BEN = "anna@example.org/mail", "ben@example.org/mail"
IT = viewer(LoginRole.IT)
OPENED = NIGHT + 2 * MINUTE


def rota(**more: object) -> OnCall:
    values = {
        "smtp": {"host": "127.0.0.1", "sender": "hub@example.org"},
        "rota": [{"people": ["anna@example.org", "ben@example.org"]}],
    }
    return OnCall.model_validate(values | more)


@pytest.fixture
def chain(database: Database) -> SmallChain:
    opened = SmallChain(database)
    opened.master_data(2)
    furnish(opened)
    set_links(opened, "s02", NIGHT)
    look(opened, OPENED)
    return opened


def told(chain: SmallChain, minutes: float, on_call: OnCall | None = None) -> list[tuple[str, int]]:
    """Who is told, and of how many incidents, so many minutes after the incident was opened."""
    now = OPENED + minutes * MINUTE
    with chain.database.writing() as session:
        due = due_messages(session, on_call or rota(), HERE, now)
        names = iter(f"{minutes}-{number}" for number in range(99))
        return [
            (one.told, len(one.due))
            for one in write_messages(session, due, now, lambda: next(names))
        ]


def test_a_store_that_drops_at_night_is_told_repeated_escalated_and_ended(
    chain: SmallChain,
) -> None:
    assert told(chain, 0.5) == [], "it may be over in a moment"
    assert told(chain, 1) == [(ANNA, 1)]
    assert told(chain, 5) == [], "once a step"
    assert told(chain, 10) == [(ANNA, 1)]
    assert told(chain, 20) == [(ANNA, 1), (BEN, 1)]
    assert told(chain, 21) == []
    (incident,) = incidents(chain)
    with chain.database.writing() as session:
        acknowledge(session, IT, incident.incident_id, "", OPENED + 25 * MINUTE)
    assert told(chain, 40) == []
    set_links(chain, "s02", None)
    look(chain, OPENED + 50 * MINUTE)
    look(chain, OPENED + 53 * MINUTE)
    assert told(chain, 54) == [(ANNA, 1), (BEN, 1)], "told that it is over"
    assert told(chain, 55) == []


def test_a_hub_that_was_away_tells_the_present_step_alone(chain: SmallChain) -> None:
    assert told(chain, 95) == [(ANNA, 1), (BEN, 1)]


def test_nobody_is_told_while_it_is_snoozed(chain: SmallChain) -> None:
    (incident,) = incidents(chain)
    with chain.database.writing() as session:
        snoozing = Snoozing(hours=1, reason="building")
        snooze(session, IT, incident.incident_id, snoozing, OPENED)
    assert told(chain, 59) == []
    assert [one for one, _ in told(chain, 61)] == [ANNA, BEN]


def test_many_incidents_are_one_message(chain: SmallChain) -> None:
    for alarm in ("too-warm", "disk-full", "clock-wrong", "sensor-lost"):
        chain.alarm(alarm, NIGHT)
    look(chain, OPENED)
    assert told(chain, 1) == [(ANNA, 5)]


def test_nobody_is_told_more_often_than_bounded(chain: SmallChain) -> None:
    seldom = rota(most_an_hour=2, repeat_min=1, escalate_min=1000)
    counted = [len(told(chain, minute, seldom)) for minute in range(1, 61)]
    assert sum(counted) == 2
    assert told(chain, 62, seldom) == [(ANNA, 1)]


def test_what_became_part_of_something_wider_is_not_over(chain: SmallChain) -> None:
    told(chain, 1)
    with chain.database.writing() as session:
        session.execute(
            sa.update(Incident).values(closed_at=OPENED + 2 * MINUTE, merged_into="hub-1")
        )
    assert told(chain, 5) == []
