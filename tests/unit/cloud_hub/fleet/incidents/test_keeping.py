"""A store that drops in the night is one incident until it is back, on both databases."""

from datetime import timedelta

import pytest

from cloud_hub.core.storage.database import Database
from cloud_hub.fleet.incidents.keeping import CALM, look_at_incidents
from tests.small_chain import SmallChain
from tests.stage.doors import Doors
from tests.stage.incidents.dark_store import (
    EARLIER,
    NIGHT,
    furnish,
    incidents,
    look,
    members,
    set_links,
)

MINUTE = timedelta(minutes=1)


@pytest.fixture
def chain(database: Database) -> SmallChain:
    opened = SmallChain(database)
    opened.master_data(2)
    furnish(opened)
    return opened


def test_fourteen_devices_that_drop_at_three_are_one_incident(chain: SmallChain) -> None:
    set_links(chain, "s02", NIGHT)
    assert [look(chain, NIGHT + n * MINUTE) for n in (1, 2, 3, 4)] == [0, 1, 0, 0]
    (incident,) = incidents(chain)
    assert incident.said.text("en") == "Store 02: network: 14 devices are not heard"
    assert (incident.rule, incident.store_id) == ("network", "s02")
    assert len(members(chain, incident)) == 14


def test_it_stays_the_same_while_devices_come_back_and_ends_after_the_last(
    chain: SmallChain,
) -> None:
    set_links(chain, "s02", NIGHT)
    look(chain, NIGHT + 2 * MINUTE)
    set_links(chain, "s02-more", None)
    assert look(chain, NIGHT + 20 * MINUTE) == 1
    (incident,) = incidents(chain)
    assert incident.closed_at is None
    assert sum(one.left_at is None for one in members(chain, incident)) == 3
    set_links(chain, "s02", None)
    back = NIGHT + 30 * MINUTE
    look(chain, back)
    assert incidents(chain)[0].closed_at is None, "not yet: it may go again"
    look(chain, back + CALM)
    assert incidents(chain)[0].closed_at == back + CALM
    assert look(chain, back + 2 * CALM) == 0


def test_a_member_that_flaps_comes_back_to_its_incident(chain: SmallChain) -> None:
    set_links(chain, "s02-till", NIGHT)
    look(chain, NIGHT + 2 * MINUTE)
    set_links(chain, "s02-till", None)
    look(chain, NIGHT + 3 * MINUTE)
    set_links(chain, "s02-till", NIGHT)
    look(chain, NIGHT + 4 * MINUTE)
    (incident,) = incidents(chain)
    (member,) = members(chain, incident)
    assert (incident.closed_at, member.left_at) == (None, None)


def test_single_devices_become_part_of_the_network_once_most_are_gone(chain: SmallChain) -> None:
    set_links(chain, "s02-till", NIGHT)
    look(chain, NIGHT + 2 * MINUTE)
    set_links(chain, "s02-door", NIGHT + 3 * MINUTE)
    set_links(chain, "s02-cooler", NIGHT + 3 * MINUTE)
    set_links(chain, "s02-more", NIGHT + 3 * MINUTE)
    look(chain, NIGHT + 5 * MINUTE)
    single, network = incidents(chain)
    assert (single.rule, network.rule) == ("single", "network")
    assert single.merged_into == network.incident_id
    assert single.closed_at is not None
    assert len([one for one in members(chain, network) if one.left_at is None]) == 14


def test_after_it_is_over_the_same_cause_is_a_new_incident(chain: SmallChain) -> None:
    for start in (NIGHT, NIGHT + 60 * MINUTE):
        set_links(chain, "s02", start)
        look(chain, start + 2 * MINUTE)
        set_links(chain, "s02", None)
        look(chain, start + 3 * MINUTE)
        look(chain, start + 3 * MINUTE + CALM)
    first, second = incidents(chain)
    assert first.subject == second.subject
    assert first.incident_id != second.incident_id


def test_alarms_are_kept_with_the_silent_ones_apart(chain: SmallChain) -> None:
    chain.alarm("too-warm", EARLIER, device_id="s01-cooler")
    chain.alarm("disk-full", EARLIER, device_id="s01-till")
    chain.alarm("disk-full", EARLIER, device_id="s01-door")
    set_links(chain, "s02", NIGHT)
    look(chain, NIGHT + 2 * MINUTE)
    assert sorted(one.rule for one in incidents(chain)) == ["kind", "network", "single"]


async def test_a_hub_looks_by_itself_and_writes_only_what_changed(doors: Doors) -> None:
    now = doors.hub.clock.now()
    set_links(doors.chain, "s02", now - timedelta(hours=1))
    assert look_at_incidents(doors.hub) == 1
    assert look_at_incidents(doors.hub) == 0
