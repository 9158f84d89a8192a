"""What is asked before a hub runs a mosquitto of its own; what one does: tests/integration."""

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from cloud_hub.core.errors import HubError, InvalidSettings, PortInUse, UnusableData
from cloud_hub.core.settings import Address, HubSettings
from cloud_hub.link.mosquitto.managed_broker import require_manageable, require_own_name
from tests.stage.servers import mosquitto_path
from tests.stage.tls.authority import TestAuthority


@pytest.fixture
def settings(tmp_path: Path, free_port: Callable[[], int]) -> HubSettings:
    mosquitto_path()
    return HubSettings(
        data_dir=tmp_path,
        mqtt=Address(host="127.0.0.1", port=free_port()),
        broker="managed",
        broker_listen=Address(host="localhost", port=free_port()),
    )


@pytest.mark.needs_mosquitto
def test_with_an_authority_and_free_ports_it_can_run(settings: HubSettings) -> None:
    TestAuthority(settings.authority_dir)
    require_manageable(settings)
    require_own_name(settings)


@pytest.mark.needs_mosquitto
def test_without_an_authority_one_line_says_how_to_make_one(settings: HubSettings) -> None:
    with pytest.raises(UnusableData, match="aisle hub ca init") as told:
        require_own_name(settings)
    assert "\n" not in str(told.value)


@pytest.mark.needs_mosquitto
@pytest.mark.parametrize(
    ("name", "known", "is_fit"),
    [
        ("broker.example", ("localhost", "broker.example"), True),
        ("BROKER.example", ("broker.example",), True),
        ("a.broker.example", ("*.broker.example",), True),
        ("a.b.broker.example", ("*.broker.example",), False),
        ("broker.example", ("*.broker.example",), False),
        ("other.example", ("localhost", "broker.example"), False),
    ],
)
def test_devices_must_know_the_broker_by_a_name_of_its_certificate(
    settings: HubSettings, name: str, known: tuple[str, ...], is_fit: bool
) -> None:
    TestAuthority(settings.authority_dir).serve_as(*known)
    settings = settings.model_copy(update={"broker_name": name})
    if is_fit:
        require_own_name(settings)
        return
    with pytest.raises(InvalidSettings, match="--broker-name") as told:
        require_own_name(settings)
    assert name in str(told.value)


@pytest.mark.needs_mosquitto
@pytest.mark.parametrize("taken", ["mqtt", "broker_listen"])
def test_a_port_in_use_is_named(settings: HubSettings, taken: str) -> None:
    TestAuthority(settings.authority_dir)
    with socket.create_server(("127.0.0.1", getattr(settings, taken).port)):
        option = f"--{taken.replace('_', '-')}"
        with pytest.raises(PortInUse, match=option):
            require_manageable(settings)


@pytest.mark.needs_mosquitto
def test_the_hubs_own_way_in_is_for_this_machine_alone(settings: HubSettings) -> None:
    TestAuthority(settings.authority_dir)
    wide = Address(host="0.0.0.0", port=settings.mqtt.port)
    with pytest.raises(HubError, match=r"127\.0\.0\.1"):
        require_manageable(settings.model_copy(update={"mqtt": wide}))
