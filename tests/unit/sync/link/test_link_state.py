"""What a device says to a broker."""

from sync.link.link_state import LinkSettings
from sync.link.mqtt import BrokerAddress
from sync.link.trust.contexts import TlsFiles

HERE = BrokerAddress(host="127.0.0.1", port=1883)
THERE = BrokerAddress(host="broker.example.org", port=8883, tls=True)
FILES = TlsFiles(authorities="x")
SETTINGS = LinkSettings(
    tenant="linguang",
    store="s01",
    device="s01-till",
    brokers=(THERE, HERE),
    user_name="s01-till",
    password="secret",
    tls=FILES,
)


def test_a_password_is_for_the_broker_on_this_machine_a_certificate_for_all_others() -> None:
    here, there = SETTINGS.login("0123456789", HERE), SETTINGS.login("0123456789", THERE)
    assert (here.user_name, here.password, here.tls) == ("s01-till", "secret", None)
    assert (there.user_name, there.password, there.tls) == ("linguang.s01-till", None, FILES)
    assert {here.client_id, there.client_id} == {"s01-till-01234567"}


def test_a_broker_by_tls_is_never_met_without() -> None:
    bare = LinkSettings(tenant="t", store="s", device="d", brokers=(THERE,))
    assert bare.login("run", THERE).tls == TlsFiles()
