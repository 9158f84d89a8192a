"""Settings: which wins, and what is said of a wrong one."""

import socket
from pathlib import Path

import pytest

from cloud_hub.core.errors import InvalidSettings
from cloud_hub.core.settings import load_settings
from cloud_hub.core.storage.database import open_database, sqlite_file


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"http": "8080"}, "http.*HOST:PORT"),
        ({"mqtt": "127.0.0.1:99999"}, "mqtt.*HOST:PORT"),
        ({"broker": "localhost"}, "broker"),
        ({"broker": "mqtt://localhost"}, "is no broker; write mqtts://HOST:PORT"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_wrong_setting_is_named(given: dict[str, str], said: str) -> None:
    with pytest.raises(InvalidSettings, match=said):
        load_settings(given, environment={})


def test_the_command_line_wins_over_the_environment_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "hub.toml"
    file.write_text('http = "127.0.0.1:1"\nmqtt = "127.0.0.1:2"\nsession_days = 3\n')
    settings = load_settings(
        {"http": "127.0.0.1:7", "mqtt": None},
        file=file,
        environment={"AISLE_HUB_HTTP": "127.0.0.1:5", "AISLE_HUB_MQTT": "127.0.0.1:6"},
    )
    assert (settings.http.port, settings.mqtt.port, settings.session_days) == (7, 6, 3)


@pytest.mark.parametrize(
    ("said", "host", "port"),
    [
        ("127.0.0.1:8080", "127.0.0.1", 8080),
        ("[::1]:0", "::1", 0),
        ("hub.shop:443", "hub.shop", 443),
    ],
)
def test_an_address_is_read_and_told_alike(said: str, host: str, port: int) -> None:
    settings = load_settings({"http": said}, environment={})
    assert (settings.http.host, settings.http.port, str(settings.http)) == (host, port, said)


@pytest.mark.parametrize("said", ["8080", "127.0.0.1", ":80", "127.0.0.1:x", "127.0.0.1:70000", ""])
def test_what_is_no_address_is_told_with_an_example(said: str) -> None:
    with pytest.raises(InvalidSettings, match=r"http.*HOST:PORT, for example 127.0.0.1:8080"):
        load_settings({"http": said}, environment={})


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("sqlite:///other.db", "sqlite:///other.db"),
        ("postgres://a@b/c", "postgresql+psycopg://a@b/c"),
        ("postgresql://a@b/c", "postgresql+psycopg://a@b/c"),
        ("postgresql+psycopg://a@b/c", "postgresql+psycopg://a@b/c"),
    ],
)
def test_a_database_is_reached_by_the_driver_the_hub_is_built_for(
    given: str | None, url: str
) -> None:
    settings = load_settings({"data_dir": "shop", "database": given}, environment={})
    assert settings.database_url == url


@pytest.mark.parametrize("name", ["shop", "pct%41", "what?a=b", "hash#1", "a b", "file:x", "店"])
def test_a_database_lies_in_its_data_folder_whatever_that_is_called(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    url = load_settings({"data_dir": name}, environment={}).database_url
    open_database(url).close()
    assert (tmp_path / name / "hub.db").is_file()
    assert sqlite_file(url) == tmp_path / name / "hub.db"
    assert [each.name for each in tmp_path.iterdir()] == [name]


def test_without_an_external_broker_devices_are_sent_to_the_hubs_own() -> None:
    settings = load_settings({"mqtt": "127.0.0.1:1884"}, environment={})
    assert [str(each) for each in settings.broker_addresses] == ["127.0.0.1:1884"]
    assert (settings.broker_urls, settings.mqtt_version) == ((), 4)


@pytest.mark.parametrize(
    ("said", "proxies"),
    [
        ("127.0.0.1", ("127.0.0.1",)),
        ("127.0.0.1, 10.1.2.0/24", ("127.0.0.1", "10.1.2.0/24")),
        (["::1", "192.0.2.1,192.0.2.2"], ("::1", "192.0.2.1", "192.0.2.2")),
    ],
)
def test_trusted_proxies_are_addresses_and_networks(said: object, proxies: tuple[str]) -> None:
    assert load_settings({"trusted_proxies": said}, environment={}).trusted_proxies == proxies


def test_no_proxy_is_trusted_unless_it_is_named() -> None:
    assert load_settings({}, environment={}).trusted_proxies == ()
    named = load_settings({}, environment={"AISLE_HUB_TRUSTED_PROXIES": "127.0.0.1"})
    assert named.trusted_proxies == ("127.0.0.1",)


@pytest.mark.parametrize("said", ["*", "", "proxy.lan", "10.0.0.1/8", "0.0.0.0/0", "::/0", [7.5]])
def test_what_is_no_proxy_is_told_with_an_example(said: object) -> None:
    with pytest.raises(InvalidSettings, match=r"trusted_proxies.*write 127.0.0.1 or 10.1.2.0/24"):
        load_settings({"trusted_proxies": said}, environment={})


def test_external_brokers_are_found_in_their_order_without_their_passwords() -> None:
    settings = load_settings(
        {"broker": "mqtts://hub:secret@one:1883,mqtts://two:1884"}, environment={}
    )
    assert [str(each) for each in settings.broker_addresses] == ["one:1883", "two:1884"]
    assert settings.mqtt_version == 5


@pytest.mark.parametrize(
    "broker", ["http://one:1883", "mqtts://one:1883/topic", "mqtts://one:1883,two", "mqtts://:1"]
)
def test_a_broker_is_an_mqtt_address_and_nothing_more(broker: str) -> None:
    with pytest.raises(InvalidSettings, match="is no broker; write mqtts://HOST:PORT"):
        load_settings({"broker": broker}, environment={})


@pytest.mark.parametrize("broker", ["mqtt://one:1883", "mqtts://one:1,mqtt://10.0.0.1:1883"])
def test_passwords_go_to_other_machines_by_tls_alone(broker: str) -> None:
    with pytest.raises(InvalidSettings, match=r"in clear; write mqtts://"):
        load_settings({"broker": broker}, environment={})
    assert load_settings({"broker": "mqtt://127.0.0.1:1883"}, environment={}).broker


@pytest.mark.parametrize(
    ("given", "is_tls"),
    [
        ({}, False),
        ({"http": "localhost:8080"}, False),
        ({"http": "0.0.0.0:8443"}, True),
        ({"http": "10.0.0.1:8443", "trusted_proxies": "10.0.0.2"}, True),
        ({"names": "hub.example.org"}, True),
        ({"names": "hub.example.org", "trusted_proxies": "127.0.0.1"}, False),
        ({"tls_cert": "c.pem", "tls_key": "k.pem"}, True),
    ],
)
def test_other_machines_reach_the_doors_by_tls_alone(given: dict[str, str], is_tls: bool) -> None:
    assert load_settings(given, environment={}).speaks_tls is is_tls


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"names": "https://hub"}, "names.*write hub.example.org"),
        ({"names": "a,,b"}, "names"),
        ({"names": ""}, "names"),
        ({"tls_cert": "c.pem"}, "give both"),
        ({"ca_key": "pkcs11:token=hub"}, "ca_key.*PKCS#11"),
        ({"certificate_days": "0"}, "certificate_days"),
    ],
)
def test_odd_settings_of_trust_are_named(given: dict[str, str], said: str) -> None:
    with pytest.raises(InvalidSettings, match=said):
        load_settings(given, environment={})


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidSettings, match=r"cannot read settings .*gone.toml"):
        load_settings({}, file=tmp_path / "gone.toml", environment={})
    for content in (b"http = ", b"\xff\xfe"):
        (tmp_path / "bad.toml").write_bytes(content)
        with pytest.raises(InvalidSettings, match=r"settings file .*bad.toml is not TOML"):
            load_settings({}, file=tmp_path / "bad.toml", environment={})


def test_folders_lie_in_the_data_folder() -> None:
    settings = load_settings({"data_dir": "shop", "media_limit_mb": 2}, environment={})
    assert (settings.media_dir, settings.artifacts_dir) == (
        Path("shop/media"),
        Path("shop/artifacts"),
    )
    assert settings.media_limit_bytes == 2_000_000


def test_a_broker_that_the_hub_runs_is_found_by_name_by_devices_and_here_by_the_hub() -> None:
    given = {"broker": "managed", "broker_name": "broker.example", "broker_listen": "0.0.0.0:8884"}
    settings = load_settings(given, environment={})
    assert [str(each) for each in settings.broker_addresses] == ["broker.example:8884"]
    assert [str(each) for each in settings.own_addresses] == ["127.0.0.1:1883"]
    assert (settings.is_managed, settings.broker_urls, settings.mqtt_version) == (True, (), 5)


def test_devices_may_have_another_door_of_an_external_broker_than_the_hub() -> None:
    given = {
        "broker": "mqtt://127.0.0.1:1883",
        "devices_broker": "mqtts://one.example:8883,mqtts://two.example:8884",
        "names": "hub.example",
    }
    settings = load_settings(given, environment={})
    told = [(str(each), each.tls) for each in settings.broker_addresses]
    assert told == [("one.example:8883", True), ("two.example:8884", True)]
    assert [str(each) for each in settings.own_addresses] == ["127.0.0.1:1883"]
    assert settings.server_names[0] == "hub.example"
    assert {"one.example", "two.example"} <= set(settings.server_names)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"devices_broker": "mqtts://one.example:8883"}, "give broker"),
        ({"devices_broker": "mqtts://one.example:8883", "broker": "managed"}, "give broker"),
        (
            {"devices_broker": "mqtt://one.example:8883", "broker": "mqtt://127.0.0.1:1883"},
            "passwords would go to one.example in clear",
        ),
        (
            {"devices_broker": "one.example", "broker": "mqtt://127.0.0.1:1883"},
            "is no broker; write mqtts://HOST:PORT",
        ),
    ],
)
def test_that_door_is_by_tls_and_of_an_external_broker(given: dict[str, str], said: str) -> None:
    with pytest.raises(InvalidSettings, match=said):
        load_settings(given, environment={})


@pytest.mark.parametrize(
    ("listen", "known_as"),
    [
        ("0.0.0.0:8883", f"{socket.gethostname()}:8883"),
        ("[::]:8883", f"{socket.gethostname()}:8883"),
        ("192.0.2.7:8883", "192.0.2.7:8883"),
    ],
)
def test_without_a_name_devices_know_the_address_or_the_machine(listen: str, known_as: str) -> None:
    settings = load_settings({"broker": "managed", "broker_listen": listen}, environment={})
    assert [str(each) for each in settings.broker_addresses] == [known_as]


def test_a_broker_of_the_hubs_own_is_none_of_several() -> None:
    with pytest.raises(InvalidSettings, match="or managed"):
        load_settings({"broker": "managed,mqtt://one:1883"}, environment={})


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org/ping",
        "ftp://example.org",
        "http://example.org/ping",
        "https://",
        "https://[",
    ],
)
def test_a_sign_of_life_goes_to_an_address_that_nobody_reads_on_its_way(url: str) -> None:
    with pytest.raises(InvalidSettings, match="ping_url") as refused:
        load_settings({"ping_url": url}, environment={})
    assert "\n" not in str(refused.value)
    for good in ("https://example.org/ping/x", "http://127.0.0.1:9000/x"):
        assert load_settings({"ping_url": good}, environment={}).ping_url == good


def test_kinds_that_two_logins_must_want_are_told_with_commas() -> None:
    settings = load_settings({}, environment={"AISLE_HUB_SECOND_APPROVER": "model, price-list"})
    assert settings.second_approver == ("model", "price-list")
    assert load_settings({}, environment={}).second_approver == ()
    with pytest.raises(InvalidSettings, match="second_approver"):
        load_settings({"second_approver": "agent"}, environment={})
