"""What mosquitto is told, and that the installed one takes it."""

from pathlib import Path

from cloud_hub.core.settings import Address
from cloud_hub.link.mosquitto.broker_plan import BrokerPlan
from cloud_hub.link.mosquitto.configuration import configuration


def at(host: str, port: int) -> Address:
    return Address(host=host, port=port)


def plan(hub: str = "127.0.0.1", **more: object) -> BrokerPlan:
    return BrokerPlan(
        devices=at("0.0.0.0", 8883), hub=at(hub, 1883), folder=Path("/etc/aisle"), **more
    )


def listeners(text: str) -> list[str]:
    """What stands for each listener."""
    return text.split("\nlistener ")[1:]


def test_devices_come_by_tls_with_a_certificate_that_is_not_void() -> None:
    _, devices = listeners(configuration(plan()))
    for line in (
        "8883 0.0.0.0",
        "tls_version tlsv1.2",
        "cafile /etc/aisle/ca.pem",
        "crlfile /etc/aisle/crl.pem",
        "require_certificate true",
        "use_identity_as_username true",
        "use_username_as_clientid true",
        "allow_anonymous false",
        "acl_file /etc/aisle/devices.acl",
    ):
        assert line in devices.splitlines(), line


def test_the_hub_comes_by_a_password_from_this_machine() -> None:
    hub, _ = listeners(configuration(plan()))
    assert "password_file /etc/aisle/hub.passwords" in hub.splitlines()
    assert "acl_file /etc/aisle/hub.acl" in hub.splitlines()
    assert "allow_anonymous false" in hub.splitlines()
    assert "cafile" not in hub


def test_the_hub_comes_by_a_certificate_from_another_machine() -> None:
    hub, _ = listeners(configuration(plan("10.0.0.5")))
    assert "require_certificate true" in hub.splitlines()
    assert "use_identity_as_username true" in hub.splitlines()
    assert "acl_file /etc/aisle/hub.acl" in hub.splitlines()
    assert "password_file" not in hub


def test_nothing_is_kept_and_nothing_is_boundless() -> None:
    lines = configuration(plan()).splitlines()
    for line in (
        "per_listener_settings true",
        "persistence false",
        "retain_available false",
        "max_packet_size 131072",
        "max_keepalive 120",
        "max_inflight_messages 1000",
        "max_queued_messages 10000",
        "max_connections 20000",
    ):
        assert line in lines, line


def test_one_that_the_hub_runs_says_what_happens_on_its_standard_error() -> None:
    lines = configuration(plan(run_as="root", is_child=True)).splitlines()
    assert lines[0] == "user root"
    assert "log_dest stderr" in lines
    assert not any(line.startswith("log_dest") for line in configuration(plan()).splitlines())
