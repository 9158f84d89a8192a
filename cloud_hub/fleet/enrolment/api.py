"""Doors by which a device gets its way in, and by which it is taken back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, TypeVar

from fastapi import APIRouter, Request
from pydantic import Field
from sqlalchemy.orm import Session

from cloud_hub.access.audit_log import Act, record_act
from cloud_hub.access.permissions import Permission
from cloud_hub.access.throttle import network_of
from cloud_hub.access.viewer import Viewer, device_for
from cloud_hub.core.errors import Refused
from cloud_hub.core.hub import Hub
from cloud_hub.core.keys.device_seal import key_for_devices
from cloud_hub.fleet.artifacts.artifacts import artifacts_of
from cloud_hub.fleet.enrolment.codes import code_for
from cloud_hub.fleet.enrolment.enrolment import (
    CLAIMED_ALREADY,
    Claim,
    claim,
    disable,
    enable,
    new_claim_token,
    reset_claim,
)
from cloud_hub.fleet.enrolment.knocks import forget_knocks, note_knock
from cloud_hub.fleet.trust.certificates import authority_of, issue
from cloud_hub.fleet.trust.request import CertificateRequest
from cloud_hub.fleet.trust.upkeep import write_revoked
from cloud_hub.link.hub_alarms import CLAIMED_AGAIN, HubAlarm, raise_alarm
from cloud_hub.master_data.place_tables import DeviceRow
from cloud_hub.web.api.body import Body
from cloud_hub.web.api.dependencies import CallerOf, HubOf, within
from cloud_hub.web.api.parts import PartsOf
from device_profiles.names import Identifier
from device_profiles.values.bounds import Path as Address
from device_profiles.values.bounds import Text
from sync.core.failpoints import Failpoint, reach

router = APIRouter(prefix="/api/v1", tags=["enrolment"])

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimAttempt:
    """One try to claim a device."""

    device: str
    address: str

    @property
    def pair(self) -> str:
        """Which device from where."""
        return f"{self.device} {network_of(self.address)}"


class ClaimRequest(Body):
    """What a device says to get its password."""

    tenant_id: Identifier
    device_id: Identifier
    claim_token: Text
    secret: Annotated[
        Text | None,
        Field(
            min_length=32,
            description="A random password of the device; the same again is answered again",
        ),
    ] = None
    csr: CertificateRequest | None = None


class BrokerAnswer(Body):
    """Where a broker listens, and whether by TLS."""

    host: str
    port: int
    tls: bool


class ClaimAnswer(Body):
    """The device's credentials, said once; by `artifact_root`, metadata signed by themselves, it
    knows from now on what this hub signed; with `handle_key` it seals what shoppers show.
    `certificate` is for the key of its request, if there was one; by `authorities` it knows this
    hub and its brokers."""

    tenant_id: str
    store_id: str
    device_id: str
    password: str
    brokers: tuple[BrokerAnswer, ...]
    mqtt_version: int
    artifact_root: str
    handle_key: str
    certificate: str | None
    authorities: str


@router.post("/devices/claim")
def claim_device(body: ClaimRequest, request: Request, hub: HubOf, parts: PartsOf) -> ClaimAnswer:
    """Gives a device its password, once, for its claim token. 403 wrong token, 409 claimed."""
    now = hub.clock.now()
    address = request.client.host if request.client else ""
    attempt = ClaimAttempt(device=f"{body.tenant_id}/{body.device_id}", address=address)
    if (wait_s := parts.claims.wait_s(attempt, now)) > 0:
        raise Refused(f"too many wrong claims; wait {wait_s:.0f} s", status=429)
    # Counted before it is judged, so that many tries at once do not all slip through.
    parts.claims.failed(attempt, now)
    authority = authority_of(hub)
    with (
        _alarmed(hub, body, address, now),
        _noting_knock(hub, body, address),
        hub.database.writing() as session,
    ):
        device, password = claim(session, Claim(**body.model_dump(exclude={"csr"})), now)
        forget_knocks(session, device.tenant_id, device.device_id)
        issued = issue(session, authority, device, body.csr, now) if body.csr else None
        record_act(
            session,
            Act(
                tenant_id=device.tenant_id,
                actor=f"device:{device.device_id}",
                action="device-claimed",
                subject=device.device_id,
                detail={"address": address},
            ),
            now,
        )
        reach(Failpoint.CLAIM_BEFORE_COMMIT)
    reach(Failpoint.CLAIM_BEFORE_ANSWER)
    parts.claims.succeeded(attempt)
    return ClaimAnswer(
        tenant_id=device.tenant_id,
        store_id=device.store_id,
        device_id=device.device_id,
        password=password,
        brokers=_brokers(hub),
        mqtt_version=hub.settings.mqtt_version,
        artifact_root=artifacts_of(hub).signer(device.tenant_id).root(now).decode(),
        handle_key=key_for_devices(hub.secrets),
        certificate=issued.certificate if issued else None,
        authorities=authority.roots_pem,
    )


@contextmanager
def _alarmed(hub: Hub, body: ClaimRequest, address: str, now: datetime) -> Iterator[None]:
    """Raises the device's alarm where its own token is tried once more, and not by itself: another
    one has the code, or the device has lost what it knew."""
    try:
        yield
    except Refused as refusal:
        if refusal.status == CLAIMED_ALREADY:
            alarm = HubAlarm(alarm=CLAIMED_AGAIN, subject=network_of(address), detail=str(refusal))
            with hub.database.writing() as session:
                device = session.get_one(DeviceRow, (body.tenant_id, body.device_id))
                raise_alarm(session, device, alarm, now)
            hub.changed.announce()
        raise


@contextmanager
def _noting_knock(hub: Hub, body: ClaimRequest, address: str) -> Iterator[None]:
    """A claim by an unknown name or a wrong token leaves a knock, once its own work is undone."""
    try:
        yield
    except Refused as refused:
        # 409: it was let in before, and is known.
        if refused.status == HTTPStatus.FORBIDDEN:
            now = hub.clock.now()
            with hub.database.writing() as session:
                note_knock(session, body.tenant_id, body.device_id, address[:80], now)
            hub.changed.announce()
        raise


def _brokers(hub: Hub) -> tuple[BrokerAnswer, ...]:
    addresses = hub.settings.broker_addresses
    return tuple(BrokerAnswer(host=one.host, port=one.port, tls=one.tls) for one in addresses)


@router.post("/devices/{device_id}/reset-claim", status_code=204)
def reset_device_claim(
    device_id: Identifier, tenant_id: Identifier, hub: HubOf, caller: CallerOf
) -> None:
    """Ends the device's password and certificates, and lets it be claimed once more."""
    _change(hub, within(caller, tenant_id), device_id, "claim-reset", reset_claim)


@router.post("/devices/{device_id}/disable", status_code=204)
def disable_device(
    device_id: Identifier, tenant_id: Identifier, hub: HubOf, caller: CallerOf
) -> None:
    """Lets the device in no more: password and certificates end, its claim is refused."""
    _change(hub, within(caller, tenant_id), device_id, "device-disabled", disable)


@router.post("/devices/{device_id}/enable", status_code=204)
def enable_device(
    device_id: Identifier, tenant_id: Identifier, hub: HubOf, caller: CallerOf
) -> None:
    """Lets a disabled device be claimed once more."""
    _change(hub, within(caller, tenant_id), device_id, "device-enabled", enable)


class CodeRequest(Body):
    """For which address of this hub a claim code is made; with `again` also for a device that is
    claimed, whose way in ends."""

    hub_url: Address
    again: bool = False


class CodeAnswer(Body):
    """A claim code, said once."""

    code: str


@router.post("/devices/{device_id}/claim-code")
def make_claim_code(
    device_id: Identifier, tenant_id: Identifier, body: CodeRequest, hub: HubOf, caller: CallerOf
) -> CodeAnswer:
    """A claim code with a new claim token; the token that the device had ends."""
    viewer = within(caller, tenant_id)

    def make(session: Session, device: DeviceRow, now: datetime) -> str:
        token = new_claim_token(session, device, now, again=body.again)
        return code_for(hub.settings, device, token, body.hub_url)

    return CodeAnswer(code=_change(hub, viewer, device_id, "claim-code-made", make))


def _change(
    hub: Hub,
    viewer: Viewer,
    device_id: str,
    action: str,
    change: Callable[[Session, DeviceRow, datetime], Result],
) -> Result:
    """What `change` makes of the device, noted in the audit log. Raises Refused."""
    viewer.require(Permission.ENROL_DEVICES)
    now = hub.clock.now()
    with hub.database.writing() as session:
        result = change(session, device_for(session, viewer, device_id), now)
        act = Act(
            tenant_id=viewer.tenant_id,
            actor=viewer.login_name,
            action=action,
            subject=device_id,
            detail={},
        )
        record_act(session, act, now)
    write_revoked(hub, now)
    hub.changed.announce()
    return result
