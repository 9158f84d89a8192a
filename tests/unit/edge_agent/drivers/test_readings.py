"""What is a number, and addresses of hosts."""

import pytest

from edge_agent.core.errors import SensorUnusable
from edge_agent.drivers.readings import host_and_port, number_or_none, value_at


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


@pytest.mark.parametrize(
    ("path", "value"),
    [("a.b", 1), ("a.b.c", 2), ("l.1.x", 3), ("l.0", 4), ("d.e.f", 5), ("switch:0", 6)],
)
def test_a_value_lies_inside_of_objects_and_lists(path: str, value: int) -> None:
    told = {
        "a.b": 1,
        "a": {"b": {"c": 2}},
        "l": [4, {"x": 3}],
        "d": {"e.f": 5},
        "switch:0": 6,
    }
    assert value_at(told, path, "it") == value


@pytest.mark.parametrize(
    "path", ["b", "a.", "a.c", "l.2", "l.-1", "l.x", "l.٠", "l.999999999999", ".a", "a..b", "n.x"]
)
def test_a_value_that_is_not_there_is_told(path: str) -> None:
    with pytest.raises(SensorUnusable, match=r"^it has no value"):
        value_at({"a": {"b": 1}, "l": [1, 2], "n": 1}, path, "it")
