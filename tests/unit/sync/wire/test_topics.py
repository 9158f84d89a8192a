import pytest

from sync.core.errors import InvalidTopic
from sync.events import Lane
from sync.wire.topics import Downlink, dn_topic, every_dn_topic, parse_dn, parse_up, up_topic


def test_a_topic_is_parsed_into_what_built_it():
    for lane in (*Lane, None):
        parsed = parse_up(up_topic("demo", "s01", "till-1", lane))
        assert (parsed.tenant, parsed.store, parsed.device) == ("demo", "s01", "till-1")
        assert parsed.lane is lane
    for what in Downlink:
        assert parse_dn(dn_topic("demo", "s01", "till-1", what)).what is what


def test_a_device_listens_to_its_own_topics_only():
    assert every_dn_topic("demo", "s01", "till-1") == "aisle/1/dn/demo/s01/till-1/+"


@pytest.mark.parametrize("name", ["", "+", "#", "a/b", "A", "ü", "x" * 41, "$share"])
def test_a_name_that_is_no_identifier_builds_no_topic(name):
    with pytest.raises(InvalidTopic):
        up_topic(name, "s01", "till-1", Lane.SALE)


@pytest.mark.parametrize(
    "topic",
    [
        "aisle/1/up/demo/s01/till-1",
        "aisle/1/up/demo/s01/till-1/5",
        "aisle/1/up/demo/s01/till-1/00",
        "aisle/1/up/demo/s01/till-1/0/0",
        "aisle/2/up/demo/s01/till-1/0",
        "aisle/1/dn/demo/s01/till-1/ack",
        "aisle/1/up/demo/s01/+/0",
        "aisle/1/up/demo/s01/till-1/²",
    ],
)
def test_a_foreign_topic_is_refused(topic):
    with pytest.raises(InvalidTopic):
        parse_up(topic)


def test_an_unknown_downlink_is_refused():
    with pytest.raises(InvalidTopic, match="names nothing"):
        parse_dn("aisle/1/dn/demo/s01/till-1/shout")
