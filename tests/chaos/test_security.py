"""Who may speak and listen at a real broker: cases 25 and 38."""

import asyncio
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from cloud_hub.link.broker.device_identity import DeviceIdentity
from cloud_hub.link.mosquitto.access_rows import device_rows, hub_rows
from sync.core.errors import LinkRefused
from sync.link.link_state import LinkState
from sync.link.mqtt import BrokerAddress, Incoming, MqttLink, MqttLogin
from sync.link.trust.contexts import TlsFiles
from tests.chaos.scene import TILL, drain, kept, sales, until
from tests.chaos.setups import Way, on

pytestmark = pytest.mark.chaos

HOUR = timedelta(hours=1)


class Authority:
    """A certificate authority that issues for as long or as short as it is asked."""

    def __init__(self, folder: Path):
        self.folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test authority")])
        self.file = folder / "ca.crt"
        certificate = self._build(self._name, self._key, HOUR, is_authority=True)
        self.file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def _build(self, subject, key, lasts, *, is_authority=False):
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - 48 * HOUR)
            .not_valid_after(now + lasts)
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        )
        if not is_authority:
            address = x509.SubjectAlternativeName([x509.DNSName("localhost")])
            builder = builder.add_extension(address, critical=False)
        return builder.sign(self._key, hashes.SHA256())

    def issue(self, name: str, lasts: timedelta) -> TlsFiles:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        files = TlsFiles(
            authority=self.file,
            certificate=self.folder / f"{name}.crt",
            key=self.folder / f"{name}.key",
        )
        files.certificate.write_bytes(
            self._build(subject, key, lasts).public_bytes(serialization.Encoding.PEM)
        )
        files.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        files.key.chmod(0o644)
        return files


@on(Way.MOSQUITTO, Way.MANY)
async def test_25_an_expired_certificate_stops_the_link_and_never_the_till(
    setup, tmp_path, outbox, free_port
):
    """The embedded broker has no TLS: it is for one machine."""
    folder = tmp_path / "certificates"
    folder.mkdir()
    for parent in (tmp_path, *tmp_path.parents[:2]):
        parent.chmod(0o755)
    authority = Authority(folder)
    server = authority.issue("localhost", HOUR)
    addresses = []
    for broker in setup.brokers:
        addresses.append(BrokerAddress(host="localhost", port=free_port(), tls=True))
        broker.stop()
        broker.config = (
            "per_listener_settings true\nallow_anonymous true\n"
            f"listener {addresses[-1].port} 127.0.0.1\nallow_anonymous true\n"
            f"require_certificate true\ncafile {authority.file}\n"
            f"certfile {server.certificate}\nkeyfile {server.key}\n"
        )
        broker.start()
    expired = authority.issue(TILL, -HOUR)
    states = []
    async with setup.hub() as hub:
        outbox.append(*sales(0, 20))
        async with setup.sending(
            outbox,
            tls=expired,
            brokers=tuple(addresses),
            on_status=lambda status: states.append(status.state),
        ):
            await until(lambda: states.count(LinkState.OFFLINE) >= 2)
            outbox.append(*sales(20, 20))
            # Renewed in place, as an agent does at two thirds of its life.
            authority.issue(TILL, HOUR)
            await drain(hub, outbox)
        assert kept(hub).receipts == 40


@pytest.fixture
def guarded(mosquitto_factory, tmp_path_factory):
    """A broker with the product's own access rows, and passwords instead of certificates."""
    folder = tmp_path_factory.mktemp("guarded")
    folder.chmod(0o755)
    passwords = folder / "passwords"
    passwords.touch()
    for name in ("aisle-hub", "demo.s01-till", "demo.s02-till", "+"):
        subprocess.run(
            ["mosquitto_passwd", "-b", str(passwords), name, f"password-{name}"], check=True
        )
    passwords.chmod(0o644)
    rows = folder / "acl"
    devices = [
        DeviceIdentity(tenant_id="demo", store_id=store, device_id=f"{store}-till")
        for store in ("s01", "s02")
    ]
    rows.write_text(hub_rows() + device_rows(devices))
    return mosquitto_factory(f"allow_anonymous false\npassword_file {passwords}\nacl_file {rows}\n")


async def as_user(port: int, name: str, heard: list[Incoming]) -> MqttLink:
    login = MqttLogin(client_id=f"c-{name}", user_name=name, password=f"password-{name}")
    return await MqttLink.connect(BrokerAddress(host="127.0.0.1", port=port), login, heard.append)


async def listen(link: MqttLink, *filters: str) -> None:
    for one in filters:
        try:
            await link.subscribe(one)
        except LinkRefused:
            continue


@pytest.mark.needs_mosquitto
async def test_38_a_device_hears_and_writes_its_own_topics_only(guarded):
    """The access list that every mosquitto of an installation is given."""
    hub_heard, own, other, plus = [], [], [], []
    hub = await as_user(guarded.port, "aisle-hub", hub_heard)
    await hub.subscribe("aisle/1/up/#")
    till = await as_user(guarded.port, "demo.s01-till", own)
    thief = await as_user(guarded.port, "demo.s02-till", other)
    await till.subscribe("aisle/1/dn/demo/s01/s01-till/+")
    everything = ("#", "aisle/1/dn/#", "aisle/1/up/#", "aisle/1/dn/+/+/+/cmd", "+/1/dn/+/+/+/ack")
    await listen(thief, *everything)
    try:
        wild = await as_user(guarded.port, "+", plus)
        await listen(wild, *everything)
    except LinkRefused:
        wild = None
    for what in ("ack", "cmd", "hello"):
        await hub.publish(f"aisle/1/dn/demo/s01/s01-till/{what}", b"for the till")
    refused = await thief.publish("aisle/1/up/demo/s01/s01-till/0", b"forged")
    assert refused.is_refused
    assert (await thief.publish("aisle/1/dn/demo/s01/s01-till/cmd", b"forged")).is_refused
    assert not (await till.publish("aisle/1/up/demo/s01/s01-till/0", b"real")).is_refused
    await until(lambda: len(own) == 3 and bool(hub_heard))
    await asyncio.sleep(0.2)
    assert [message.payload for message in own] == [b"for the till"] * 3
    assert [message.payload for message in hub_heard] == [b"real"]
    assert other == []
    assert plus == []
    for link in (hub, till, thief, *([wild] if wild else [])):
        await link.close()


@on(Way.EMBEDDED)
async def test_38_the_embedded_broker_opens_a_device_its_own_topics_only(setup, outbox):
    heard = []
    till = "aisle/1/dn/linguang/s01/s01-till"
    async with setup.hub() as hub:
        thief = await MqttLink.connect(
            BrokerAddress(host="127.0.0.1", port=setup.port),
            MqttLogin(client_id="s01-cooler-2", **setup.login("s01-cooler")),
            heard.append,
        )
        everything = ("#", "aisle/1/dn/#", "aisle/1/up/#", f"{till}/+", "aisle/1/dn/+/+/+/cmd")
        await listen(thief, *everything)
        await thief.publish("aisle/1/up/linguang/s01/s01-till/0", b"forged")
        await thief.publish(f"{till}/cmd", b"forged")
        outbox.append(*sales(0, 20))
        async with setup.sending(outbox):
            await drain(hub, outbox)
        found = kept(hub)
        await thief.close()
    assert heard == []
    assert (found.receipts, found.letters) == (20, 0)


@on(Way.EMBEDDED)
async def test_38_the_embedded_broker_lets_nobody_in_without_a_claim(setup):
    address = BrokerAddress(host="127.0.0.1", port=setup.port)
    async with setup.hub():
        for login in (
            {},
            {"user_name": "+", "password": "+"},
            {"user_name": TILL, "password": "x"},
        ):
            stranger = MqttLogin(client_id="stranger", **login)
            with pytest.raises(LinkRefused):
                await MqttLink.connect(address, stranger, lambda _: None)
