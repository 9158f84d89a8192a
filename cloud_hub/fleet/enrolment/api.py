"""Doors that change who and what the hub knows: master data, devices, logins, tokens."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field

from cloud_hub.access.audit_log import Act, record_act
from cloud_hub.access.permissions import Permission
from cloud_hub.access.throttle import network_of
from cloud_hub.access.viewer import device_for
from cloud_hub.core.errors import Refused
from cloud_hub.core.hub import Hub
from cloud_hub.core.keys.device_seal import key_for_devices
from cloud_hub.fleet.artifacts.artifacts import artifacts_of
from cloud_hub.fleet.enrolment.enrolment import Claim, claim, reset_claim
from cloud_hub.web.api.body import Body
from cloud_hub.web.api.dependencies import CallerOf, HubOf, within
from cloud_hub.web.api.parts import PartsOf
from device_profiles.names import Identifier
from device_profiles.values.bounds import Text

router = APIRouter(prefix="/api/v1", tags=["enrolment"])


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


class BrokerAnswer(Body):
    """Where a broker listens."""

    host: str
    port: int


class ClaimAnswer(Body):
    """The device's credentials, said once; by `artifact_root`, metadata signed by themselves, it
    knows from now on what this hub signed; with `handle_key` it seals what shoppers show."""

    tenant_id: str
    store_id: str
    device_id: str
    password: str
    brokers: tuple[BrokerAnswer, ...]
    mqtt_version: int
    artifact_root: str
    handle_key: str


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
    with hub.database.writing() as session:
        device, password = claim(session, Claim(**body.model_dump()), now)
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
    )


def _brokers(hub: Hub) -> tuple[BrokerAnswer, ...]:
    addresses = hub.settings.broker_addresses
    return tuple(BrokerAnswer(host=one.host, port=one.port) for one in addresses)


@router.post("/devices/{device_id}/reset-claim", status_code=204)
def reset_device_claim(
    device_id: Identifier, tenant_id: Identifier, hub: HubOf, caller: CallerOf
) -> None:
    """Ends the device's password and lets it be claimed once more."""
    viewer = within(caller, tenant_id)
    viewer.require(Permission.ENROL_DEVICES)
    with hub.database.writing() as session:
        reset_claim(device_for(session, viewer, device_id))
        record_act(
            session,
            Act(
                tenant_id=tenant_id,
                actor=viewer.login_name,
                action="claim-reset",
                subject=device_id,
                detail={},
            ),
            hub.clock.now(),
        )
