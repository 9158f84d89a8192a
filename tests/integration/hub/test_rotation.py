"""The authority is rotated with devices at a managed broker, and devices hold several brokers: real
mosquittos and TLS."""

import os
import shutil
import signal
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from cryptography import x509

from cloud_hub.core.keys.authority import begin_rotation, ensure_authority, finish_rotation
from cloud_hub.core.settings import HubSettings
from cloud_hub.fleet.tables import DeviceCertificate
from cloud_hub.fleet.trust.certificates import holders_under
from sync.link.credentials import claim_with_key
from sync.link.link_state import LinkState
from sync.link.trust.identity import IDENTITY_FILE
from tests.stage.servers import Mosquitto, mosquitto_path
from tests.stage.tls.shop import Secured, at_work, secured

pytestmark = pytest.mark.needs_mosquitto

DOOR = "s01-door"


def broker_pids(folder: Path) -> list[int]:
    """Every mosquitto that runs from this hub's folder."""
    own = str(folder / "broker" / "mosquitto.conf").encode()
    found = []
    for about in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if own in about.read_bytes().split(b"\0"):
                found.append(int(about.parent.name))
    return found


def issuer_of(folder: Path) -> x509.Name:
    return x509.load_pem_x509_certificates((folder / IDENTITY_FILE).read_bytes())[0].issuer


def serves_by(hub: Secured) -> x509.Name:
    """The root of the hub's own server."""
    return x509.load_pem_x509_certificate(hub.authority.server.certificate.read_bytes()).issuer


def holders(hub: Secured) -> list[str]:
    """Who has a certificate of the former root alone."""
    former = hub.authority.issuers[-1].certificate
    with hub.hub.hub.sessions() as session:
        return holders_under(session, former, datetime.now(UTC))


def sleeps_until_it_ended(hub: Secured, device: str) -> None:
    """Its certificate is past, as the hub's table says."""
    past = datetime.now(UTC) - timedelta(days=1)
    with hub.hub.hub.database.writing() as session:
        row = DeviceCertificate
        session.execute(sa.update(row).where(row.device_id == device).values(not_after=past))


async def test_a_rotation_from_its_beginning_to_its_end_with_one_that_slept_through(
    tmp_path: Path, free_port: Callable[[], int]
) -> None:
    mosquitto_path()
    more = {"broker": "managed", "devices_port": free_port(), "names": ("localhost",)}
    folder, away = tmp_path / "till", tmp_path / "door"
    async with secured(tmp_path / "hub", free_port, **more) as hub:
        settings = hub.hub.hub.settings
        door = replace(hub.claim(), device=DOOR, claim_token=f"claim-token-{DOOR}")
        await claim_with_key(away, hub.url, door, "d" * 40)
        async with at_work(folder, hub.url, hub.claim()) as till:
            till.sell()
            await till.drain()
            former = issuer_of(folder)
            begin_rotation(settings, datetime.now(UTC))
            assert holders(hub) == ["linguang/s01-door", "linguang/s01-till"]
            for pid in broker_pids(settings.data_dir):
                os.kill(pid, signal.SIGKILL)  # It asks the hub at once, and not in six hours.
            till.sell()
            await till.until(lambda: issuer_of(folder) != former)
            await till.drain()
            assert holders(hub) == ["linguang/s01-door"]
            sleeps_until_it_ended(hub, DOOR)
            assert holders(hub) == []
            finish_rotation(settings)
            await till.until(lambda: serves_by(hub) == hub.authority.issuers[0].certificate.subject)
            till.sell(2)
            await till.drain()
            assert hub.receipts == 4
        async with at_work(away, hub.url, door) as sleeper:
            sleeper.sold = 1000
            sleeper.sell()
            await sleeper.until(lambda: LinkState.OFFLINE in sleeper.states)
            assert sleeper.waits == 1, "local work goes on, and nobody new is believed"
        path = f"/api/v1/devices/{DOOR}/reset-claim?tenant_id=linguang"
        assert (await hub.hub.http.post(path)).status_code == 204
        again = replace(door, fingerprint=hub.authority.known_by)
        await claim_with_key(away, hub.url, again, "e" * 40)
        async with at_work(away, hub.url, again) as sleeper:
            await sleeper.drain()
            assert hub.receipts == 5, "a new claim code, and what waited is there"


def by_tls(make: Callable[..., Mosquitto], settings: HubSettings, port: int) -> Mosquitto:
    """A mosquitto that asks everybody for a certificate of the hub's authority."""
    authority, broker = ensure_authority(settings, datetime.now(UTC)), make()
    authority.keep_own(("127.0.0.1", "localhost", "::1"), datetime.now(UTC))
    authority.write_revoked({}, datetime.now(UTC))
    broker.stop()
    for name in ("ca.pem", "crl.pem", "server.pem", "server-key.pem"):
        shutil.copy(authority.folder / name, broker.folder / name)
        (broker.folder / name).chmod(0o644)
    files = (
        ("cafile", "ca"),
        ("crlfile", "crl"),
        ("certfile", "server"),
        ("keyfile", "server-key"),
    )
    broker.config = (
        "per_listener_settings true\nallow_anonymous true\n"
        f"listener {port} 127.0.0.1\nrequire_certificate true\n"
        "use_identity_as_username true\nallow_anonymous false\n"
        + "".join(f"{word} {broker.folder / name}.pem\n" for word, name in files)
    )
    broker.start()
    return broker


async def test_of_two_brokers_by_tls_one_dies_and_no_sale_is_lost(
    mosquitto_factory: Callable[..., Mosquitto], tmp_path: Path, free_port: Callable[[], int]
) -> None:
    """Some devices have a certificate, as ever; one has a password alone, and gets one by it."""
    settings, ports = HubSettings(data_dir=tmp_path / "hub"), (free_port(), free_port())
    first, second = (by_tls(mosquitto_factory, settings, port) for port in ports)
    listed = ",".join(f"mqtts://127.0.0.1:{port}" for port in ports)
    async with secured(tmp_path / "hub", free_port, broker=listed) as hub, AsyncExitStack() as work:
        door = replace(hub.claim(), device=DOOR, claim_token=f"claim-token-{DOOR}")
        await claim_with_key(tmp_path / "door", hub.url, door, "d" * 40)
        (tmp_path / "door" / IDENTITY_FILE).unlink()
        tills = [
            await work.enter_async_context(at_work(tmp_path / "till", hub.url, hub.claim())),
            await work.enter_async_context(at_work(tmp_path / "door", hub.url, door)),
        ]
        # Numbers of receipts of its own: both are tills of one store.
        tills[1].sold = 1000
        for one in tills:
            one.sell(20)
            await one.drain()
        assert (tmp_path / "door" / IDENTITY_FILE).exists()
        first.kill()
        for one in tills:
            one.sell(20)
        for one in tills:
            await one.drain()
        first.start()
        second.kill()
        for one in tills:
            one.sell(20)
        for one in tills:
            await one.drain()
        assert hub.receipts == 120
