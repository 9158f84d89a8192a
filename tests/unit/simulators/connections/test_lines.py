"""The stores' lines to the hub."""

from datetime import UTC, datetime, timedelta

from simulators.chain.script import AckLost, LinkCut, Script
from simulators.connections.lines import LOOPBACK, Lines
from sync.link.mqtt import BrokerAddress

BROKER = BrokerAddress(host="192.0.2.1", port=1883)
HUB = BrokerAddress(host="192.0.2.1", port=8080)
CUT = LinkCut(
    store_id="s06", since=datetime(2026, 11, 20, tzinfo=UTC), back_after=timedelta(seconds=45)
)
SCRIPT = Script(cuts=[CUT], lost_acks=[AckLost(store_id="s01", device_id="s01-till")])


async def test_most_devices_reach_broker_and_hub_where_they_are() -> None:
    async with Lines(SCRIPT, BROKER, HUB) as lines:
        for device_id in ("s01-door", "s02-till"):
            assert not lines.has_own_line(device_id)
            assert lines.broker_of(device_id) == BROKER
            assert lines.hub_url_of(device_id) == "http://192.0.2.1:8080"


async def test_a_store_that_will_be_cut_off_has_a_line_of_its_own_for_all_its_devices() -> None:
    async with Lines(SCRIPT, BROKER, HUB) as lines:
        assert lines.has_own_line("s06-till")
        assert lines.broker_of("s06-till") == lines.broker_of("s06-door") != BROKER
        assert lines.broker_of("s06-till").host == LOOPBACK
        assert lines.hub_url_of("s06-till").startswith(f"http://{LOOPBACK}:")
        assert lines.hub_url_of("s06-till") != f"http://{lines.broker_of('s06-till')}"


async def test_a_device_whose_acknowledgements_get_lost_has_its_own_way_to_the_broker_alone() -> (
    None
):
    async with Lines(SCRIPT, BROKER, HUB) as lines:
        assert lines.broker_of("s01-till").host == LOOPBACK
        assert lines.hub_url_of("s01-till") == "http://192.0.2.1:8080"


async def test_a_chain_in_which_nothing_goes_wrong_has_straight_lines() -> None:
    async with Lines(Script(), BROKER, HUB) as lines:
        assert not lines.has_own_line("s06-till")
        assert lines.broker_of("s06-till") == BROKER
