"""What happens at the door is written down."""

import sqlalchemy as sa

from cloud_hub.link.broker.connections import connected, open_connection
from cloud_hub.link.broker.device_identity import DeviceIdentity
from cloud_hub.link.broker.doorkeeper import HubDoorkeeper
from cloud_hub.link.broker.refusals import BROKEN_RULES, LinkRefusal
from cloud_hub.link.hub_alarms import BROKE_RULES, SILENCE, clear_silent_alarms
from cloud_hub.link.tables import AlarmRaised
from cloud_hub.master_data.place_tables import DeviceRow
from tests.small_chain import NOW, TENANT
from tests.stage.doors import Doors

TILL = DeviceIdentity(tenant_id=TENANT, store_id="s01", device_id="s01-till")


def alarms(doors: Doors) -> list[str]:
    with doors.hub.sessions() as session:
        rows = session.scalars(
            sa.select(AlarmRaised)
            .where(AlarmRaised.alarm == BROKE_RULES, AlarmRaised.cleared_at.is_(None))
            .order_by(AlarmRaised.subject)
        )
        return [f"{row.device_id} {row.subject}" for row in rows]


async def test_a_broken_rule_is_one_alarm_until_it_has_stopped(doors: Doors) -> None:
    keeper = HubDoorkeeper(doors.hub)
    for refusal in (LinkRefusal.WILL_TOPIC, LinkRefusal.WILL_TOPIC, LinkRefusal.PACKET_SIZE):
        await keeper.broke(TILL, refusal)
    assert alarms(doors) == ["s01-till packet-size", "s01-till will-topic"]
    with doors.hub.database.writing() as session:
        assert clear_silent_alarms(session, NOW + SILENCE) == 2
    assert alarms(doors) == []


async def test_every_broken_rule_has_room_in_the_table(doors: Doors) -> None:
    keeper = HubDoorkeeper(doors.hub)
    for refusal in BROKEN_RULES:
        await keeper.broke(TILL, refusal)
    assert len(alarms(doors)) == len(BROKEN_RULES)


async def test_a_device_that_is_gone_from_master_data_raises_nothing(doors: Doors) -> None:
    gone = DeviceIdentity(tenant_id=TENANT, store_id="s01", device_id="s01-gone")
    await HubDoorkeeper(doors.hub).broke(gone, LinkRefusal.PACKET)
    assert alarms(doors) == []


async def test_who_has_left_is_not_linked_any_more(doors: Doors) -> None:
    with doors.hub.database.writing() as session:
        open_connection(session, session.get_one(DeviceRow, (TENANT, "s01-till")), NOW)
    before = doors.hub.changed.version
    await HubDoorkeeper(doors.hub).left(TILL)
    with doors.hub.sessions() as session:
        assert connected(session, [(TENANT, "s01-till")]) == set()
    assert doors.hub.changed.version == before + 1
