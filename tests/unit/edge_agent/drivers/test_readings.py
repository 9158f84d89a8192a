"""What is a number, and addresses of hosts."""

import pytest

from edge_agent.core.errors import SensorUnusable
from edge_agent.drivers.readings import host_and_port, number_or_none


@pytest.mark.parametrize("value", ["4", True, [4], float("nan"), 10**400])
def test_only_a_number_is_a_reading(value: object) -> None:
    assert number_or_none(4, "t", "it") == 4.0
    assert number_or_none(None, "t", "it") is None
    with pytest.raises(SensorUnusable, match=r"^it: 't' is .*, not a number$"):
        number_or_none(value, "t", "it")


def test_a_host_has_a_port() -> None:
    assert host_and_port("[::1]:502") == ("::1", 502)
    assert host_and_port("plc", 502) == ("plc", 502)
    for wrong in ("plc", "plc:", "plc:99999", ":1", "plc:1x"):
        with pytest.raises(SensorUnusable):
            host_and_port(wrong)
