"""The shipped mosquitto configuration: TLS, names from certificates, topics by identity."""

import asyncio
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sync.core.errors import LinkRefused, NotConnected
from sync.link.mqtt import BrokerAddress, Incoming, MqttLink, MqttLogin
from sync.link.trust.contexts import TlsFiles
from tests.stage.servers import skip_without, wait_for_port

SHIPPED = Path(__file__).parents[3] / "deploy" / "mosquitto"
PASSWORD = "a hub's password"


@dataclass(frozen=True)
class Authority:
    """Signs certificates into a folder."""

    folder: Path
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    def sign(self, name: str) -> TlsFiles:
        key = ec.generate_private_key(ec.SECP256R1())
        made = _certificate(name, key.public_key(), self.certificate.subject, self.key)
        (self.folder / f"{name}.crt").write_bytes(made.public_bytes(serialization.Encoding.PEM))
        (self.folder / f"{name}.key").write_bytes(_pem(key))
        return TlsFiles(
            authority=self.folder / "ca.crt",
            certificate=self.folder / f"{name}.crt",
            key=self.folder / f"{name}.key",
        )


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _certificate(
    name: str,
    key: ec.EllipticCurvePublicKey,
    issuer: x509.Name | None,
    signer: ec.EllipticCurvePrivateKey,
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer or subject)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    )
    return builder.sign(signer, hashes.SHA256())


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    folder = tmp_path / "aisle"
    folder.mkdir()
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _certificate("authority", key.public_key(), None, key)
    (folder / "ca.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return Authority(folder, key, certificate)


@dataclass(frozen=True)
class Ports:
    plain: int
    tls: int


@pytest.fixture
def broker(authority: Authority, free_port: Callable[[], int]) -> Iterator[Ports]:
    """mosquitto under the shipped configuration; only its ports and folder are others."""
    found = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin")
    if found is None:
        skip_without("mosquitto", "apt install mosquitto")
    folder, ports = authority.folder, Ports(free_port(), free_port())
    authority.sign("broker")
    shutil.copy(SHIPPED / "acl", folder / "acl")
    subprocess.run(
        ["mosquitto_passwd", "-b", "-c", folder / "passwords", "aisle-hub", PASSWORD],
        check=True,
        capture_output=True,
    )
    text = (SHIPPED / "mosquitto.conf").read_text()
    text = text.replace("/etc/mosquitto/aisle", str(folder))
    text = text.replace("listener 1883", f"listener {ports.plain}")
    text = text.replace("listener 8883", f"listener {ports.tls} localhost")
    (folder / "mosquitto.conf").write_text(text)
    # It drops root for the user mosquitto, who must reach its files.
    for path in (*folder.parents[:3], folder):
        path.chmod(0o755)
    for path in folder.iterdir():
        path.chmod(0o644)
    process = subprocess.Popen([str(found), "-c", str(folder / "mosquitto.conf")])
    wait_for_port(ports.plain, process)
    yield ports
    process.terminate()
    process.wait(timeout=5)


async def connect(
    port: int,
    heard: list[Incoming],
    *,
    tls: TlsFiles | None = None,
    user: str | None = None,
    password: str | None = None,
) -> MqttLink:
    host = "127.0.0.1" if tls is None else "localhost"
    login = MqttLogin(client_id=f"c{port}{user}", user_name=user, password=password, tls=tls)
    return await MqttLink.connect(BrokerAddress(host=host, port=port), login, heard.append)


@pytest.mark.needs_mosquitto
async def test_the_shipped_configuration_keeps_devices_apart(
    broker: Ports, authority: Authority
) -> None:
    heard: list[Incoming] = []
    hub = await connect(broker.plain, heard, user="aisle-hub", password=PASSWORD)
    await hub.subscribe("$share/ingest/aisle/1/up/#")
    answers: list[Incoming] = []
    device = await connect(broker.tls, answers, tls=authority.sign("s01-till"))
    await device.subscribe("aisle/1/dn/linguang/s01/s01-till/+")
    own = await device.publish("aisle/1/up/linguang/s01/s01-till/0", b"own")
    forged = await device.publish("aisle/1/up/linguang/s01/s01-door/0", b"forged")
    assert (own.is_refused, forged.is_refused) == (False, True)
    await hub.publish("aisle/1/dn/linguang/s01/s01-door/ack", b"another's")
    await hub.publish("aisle/1/dn/linguang/s01/s01-till/ack", b"its own")
    async with asyncio.timeout(10):
        while not (heard and answers):
            await asyncio.sleep(0.02)
    assert [message.payload for message in heard] == [b"own"]
    assert [message.payload for message in answers] == [b"its own"]
    await device.close()
    await hub.close()


@pytest.mark.needs_mosquitto
async def test_the_shipped_configuration_lets_no_stranger_in(
    broker: Ports, authority: Authority
) -> None:
    with pytest.raises(LinkRefused):
        await connect(broker.plain, [], user="aisle-hub", password="wrong")
    with pytest.raises((LinkRefused, NotConnected)):
        await connect(broker.plain, [])
    with pytest.raises((LinkRefused, NotConnected)):
        await connect(broker.tls, [], tls=TlsFiles(authority=authority.folder / "ca.crt"))
