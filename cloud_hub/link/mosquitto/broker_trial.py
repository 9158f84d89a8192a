"""What a trial of a broker needs of the hub: its password, its authority, and the time."""

import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from cryptography import x509

from cloud_hub.core.existing_hub import settings_there
from cloud_hub.core.keys.key_store import load_secrets
from cloud_hub.core.settings import Address
from cloud_hub.link.mosquitto.broker_check import Judged, Probed, judge
from cloud_hub.link.mosquitto.broker_files import crls_of, read_part
from cloud_hub.link.mosquitto.broker_plan import CERTIFICATE, HUB_NAME, VOID, is_loopback
from cloud_hub.link.mosquitto.probe_certificates import of_the_hub
from sync.core.clock import SystemClock
from sync.link.mqtt import BrokerAddress, MqttLogin

CLIENT_ID: Final = "aisle-hub-check"


async def try_broker(
    place: Mapping[str, Any], devices: Address, hub: Address
) -> tuple[Judged, ...]:
    """Every line about the broker there, and about the files of the authority of the hub at
    `place`. Raises HubError."""
    settings = settings_there(place)
    now = SystemClock().now()
    secrets = load_secrets(settings.data_dir, may_mint=False)
    with tempfile.TemporaryDirectory() as folder:
        certificates = of_the_hub(settings.authority_dir, Path(folder), now)
        login = MqttLogin(client_id=CLIENT_ID, user_name=HUB_NAME, password=secrets.broker_password)
        if not is_loopback(hub.host):
            login = MqttLogin(client_id=CLIENT_ID, tls=certificates.issue(HUB_NAME))
        probed = Probed(
            devices=BrokerAddress(host=devices.host, port=devices.port),
            hub=BrokerAddress(host=hub.host, port=hub.port),
            hub_login=login,
            certificates=certificates,
        )
        return (*judge_files(settings.authority_dir, now), *await judge(probed))


def judge_files(authority: Path, now: datetime) -> tuple[Judged, ...]:
    """Whether what the authority wrote is still valid: with a list of void certificates that is too
    old a broker lets nobody in."""
    certificate = x509.load_pem_x509_certificate(read_part(authority / CERTIFICATE).encode())
    ends_at = certificate.not_valid_after_utc
    shown = Judged(
        should=f"the broker's certificate is valid until {ends_at:%Y-%m-%d}",
        wrong="" if ends_at > now else "it has ended; have the authority make a new one",
    )
    ends = [one.next_update_utc for one in crls_of(read_part(authority / VOID))]
    is_fresh = all(one is None or one > now for one in ends)
    void = Judged(
        should="the list of void certificates is fresh",
        wrong="" if is_fresh else "it is too old; a running hub renews it",
    )
    return shown, void
