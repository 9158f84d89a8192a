"""The way to the hub: whether it lets this device in, what time it says it is, its brokers, and the
certificate that this device shows."""

import asyncio
from datetime import datetime

import aiohttp
from pydantic import BaseModel, ValidationError

from device_profiles.failures import in_words
from device_profiles.values.bounds import Moment
from edge_agent.settings import EdgeSettings
from edge_agent.upkeep.doctor.finding import Checked, Mend, ok, untried, wrong
from sync.core.clock import SKEW_ALLOWED_S, Clock
from sync.core.errors import ClaimRefused
from sync.link.credentials import DeviceCredentials, load_credentials
from sync.link.mqtt import BrokerAddress
from sync.link.trust.contexts import client_context
from sync.link.trust.hub_http import ODD, bounded_body
from sync.link.trust.identity import validity

PATIENCE_S = 5.0
STANDING = "/api/v1/devices/certificate"


class _Standing(BaseModel):
    hub_at: Moment


async def check_network(settings: EdgeSettings, clock: Clock) -> tuple[Checked, ...]:
    """Hub, the clock against the hub's, brokers, certificate."""
    if settings.hub_url is None:
        return (untried("hub", "none is named: this device works alone", "未设置中枢：独立运行"),)
    known = await asyncio.to_thread(
        load_credentials, settings.data_dir, settings.claim, settings.hub_url
    )
    if known is None:
        told = ("this device was never let in", "设备尚未登记")
        return (wrong("hub", told, Mend.CLAIM, subject=settings.hub_url),)
    found = [*await _hub(known, clock), _certificate(settings, known, clock.now())]
    return (*found, *await asyncio.gather(*(_broker(known, one) for one in known.brokers)))


async def _hub(known: DeviceCredentials, clock: Clock) -> tuple[Checked, ...]:
    where = known.hub_url
    try:
        async with (
            known.session(timeout_s=PATIENCE_S) as session,
            session.get(f"{where}{STANDING}", allow_redirects=False) as answer,
        ):
            said = await bounded_body(answer)
            if answer.status in (401, 403):
                told = (
                    f"it refuses this device ({answer.status})",
                    f"拒绝此设备（{answer.status}）",
                )
                return (wrong("hub", told, Mend.LET_IN, subject=where),)
            answer.raise_for_status()
        at = _Standing.model_validate_json(said).hub_at
    except (ValidationError, ClaimRefused, aiohttp.ClientResponseError):
        told = ("what answers there is no hub", "该地址应答的不是中枢")
        return (wrong("hub", told, Mend.NETWORK, subject=where),)
    except ODD as error:
        why = in_words(error)
        return (wrong("hub", (why, why), Mend.NETWORK, subject=where),)
    return (
        ok("hub", "lets this device in", "允许此设备接入", subject=where),
        _skew(at, clock.now()),
    )


def _skew(hub_at: datetime, now: datetime) -> Checked:
    off_s = (now - hub_at).total_seconds()
    told = f"{off_s:+.0f} s from the hub's", f"与中枢相差 {off_s:+.0f} 秒"
    if abs(off_s) > SKEW_ALLOWED_S:
        return wrong("clock", told, Mend.TIME, subject="hub")
    return ok("clock", *told, subject="hub")


def _certificate(settings: EdgeSettings, known: DeviceCredentials, now: datetime) -> Checked:
    has = validity(settings.data_dir)
    if has is None and not known.uses_tls:
        return ok("certificate", "none is needed on this machine", "本机连接无需证书")
    if has is None:
        return wrong("certificate", ("there is none", "没有证书"), Mend.RENEW)
    day = f"{has.ends_at:%Y-%m-%d}"
    if now >= has.ends_at:
        return wrong("certificate", (f"ended {day}", f"已于 {day} 失效"), Mend.RENEW)
    return ok("certificate", f"valid until {day}", f"有效期至 {day}")


async def _broker(known: DeviceCredentials, broker: BrokerAddress) -> Checked:
    """A connection and its handshake, no more: a second sign-in would put the agent's own out."""
    where = f"{broker.host}:{broker.port}"
    try:
        tls = await asyncio.to_thread(client_context, known.tls()) if broker.tls else None
        async with asyncio.timeout(PATIENCE_S):
            _, writer = await asyncio.open_connection(broker.host, broker.port, ssl=tls)
        writer.close()
    except OSError as error:
        why = in_words(error)
        return wrong("broker", (why, why), Mend.BROKER, subject=where)
    return ok("broker", "answers", "有应答", subject=where)
