"""How a line reads; what is tried at a real broker: tests/integration/hub/test_mosquitto.py."""

from cloud_hub.link.mosquitto.access_rows import PROBE_TOPIC
from cloud_hub.link.mosquitto.broker_check import FOREIGN, Judged


def test_a_line_says_what_should_be_and_where_it_is_not_what_is() -> None:
    assert Judged(should="a device comes in").line == "ok     a device comes in"
    assert Judged(should="it comes in", wrong="it does not").line == (
        "wrong  it comes in: it does not"
    )


def test_the_probe_tries_topics_that_are_not_its_own() -> None:
    assert PROBE_TOPIC not in FOREIGN
    assert any("/up/" in topic for topic in FOREIGN)
    assert any("/dn/" in topic for topic in FOREIGN)
