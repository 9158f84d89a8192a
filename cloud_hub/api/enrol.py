"""Doors that change who and what the hub knows: master data, devices, logins, tokens."""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from cloud_hub.access.audit_log import record_act
from cloud_hub.access.sign_in import add_login, mint_token
from cloud_hub.core.errors import Refused
from cloud_hub.core.hub import Hub
from cloud_hub.enrolment import claim, reset_claim
from cloud_hub.master_data.importer import load_chain
from cloud_hub.web.api.dependencies import HubOf, WriterOf
from device_profiles.names import Identifier
from device_profiles.store import Chain, LoginRole

router = APIRouter(prefix="/api/v1", tags=["enrolment"])


class Body(BaseModel):
    """Base of request and answer bodies."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class LoadedAnswer(Body):
    """How much the chain holds."""

    tenant_id: str
    stores: int
    products: int
    devices: int


@router.post("/master-data")
def load_master_data(chain: Chain, hub: HubOf, writer: WriterOf) -> LoadedAnswer:
    """Loads a chain: whole or not at all; the same twice changes nothing. Wants a write token."""
    writer.require(chain.tenant_id)
    with hub.database.writing() as session:
        loaded = load_chain(session, chain)
        record_act(
            session,
            tenant_id=chain.tenant_id,
            actor=writer.name,
            action="master-data-loaded",
            subject=chain.tenant_id,
            detail={"stores": loaded.stores, "products": loaded.products},
            now=hub.clock.now(),
        )
    return LoadedAnswer(
        tenant_id=loaded.tenant_id,
        stores=loaded.stores,
        products=loaded.products,
        devices=loaded.devices,
    )


class ClaimRequest(Body):
    """What a device says to get its password."""

    tenant_id: Identifier
    device_id: Identifier
    claim_token: Annotated[str, Field(max_length=200)]
    secret: Annotated[
        str | None,
        Field(
            min_length=32,
            max_length=200,
            description="A random password of the device; the same again is answered again",
        ),
    ] = None


class BrokerAnswer(Body):
    """Where a broker listens."""

    host: str
    port: int


class ClaimAnswer(Body):
    """The device's credentials, said once; by `artifact_root`, metadata signed by themselves, it
    knows from now on what this hub signed."""

    tenant_id: str
    store_id: str
    device_id: str
    password: str
    brokers: tuple[BrokerAnswer, ...]
    mqtt_version: int
    artifact_root: str


@router.post("/devices/claim")
def claim_device(body: ClaimRequest, request: Request, hub: HubOf) -> ClaimAnswer:
    """Gives a device its password, once, for its claim token. 403 wrong token, 409 claimed."""
    now = hub.clock.now()
    address = request.client.host if request.client else ""
    who = f"claim {body.tenant_id}/{body.device_id} {address}"
    if (wait_s := hub.throttle.wait_s(who, now)) > 0:
        raise Refused(f"too many wrong claims; wait {wait_s:.0f} s", status=429)
    try:
        with hub.database.writing() as session:
            device, password = claim(
                session,
                tenant_id=body.tenant_id,
                device_id=body.device_id,
                claim_token=body.claim_token,
                now=now,
                secret=body.secret,
            )
            record_act(
                session,
                tenant_id=device.tenant_id,
                actor=f"device:{device.device_id}",
                action="device-claimed",
                subject=device.device_id,
                detail={"address": address},
                now=now,
            )
    except Refused:
        hub.throttle.failed(who, now)
        raise
    return ClaimAnswer(
        tenant_id=device.tenant_id,
        store_id=device.store_id,
        device_id=device.device_id,
        password=password,
        brokers=_brokers(hub, request),
        mqtt_version=hub.settings.mqtt_version,
        artifact_root=hub.artifacts.desk(device.tenant_id).root(now).decode(),
    )


def _brokers(hub: Hub, request: Request) -> tuple[BrokerAnswer, ...]:
    """Where devices find a broker: as they reached the hub, if one listens everywhere."""

    def reached(host: str) -> str:
        everywhere = host in ("0.0.0.0", "::")  # noqa: S104 - compared, not bound
        return (request.url.hostname or host) if everywhere else host

    addresses = hub.settings.broker_addresses
    return tuple(BrokerAnswer(host=reached(one.host), port=one.port) for one in addresses)


@router.post("/devices/{device_id}/reset-claim", status_code=204)
def reset_device_claim(
    device_id: Identifier, tenant_id: Identifier, hub: HubOf, writer: WriterOf
) -> None:
    """Ends the device's password and lets it be claimed once more. Wants a write token."""
    writer.require(tenant_id)
    with hub.database.writing() as session:
        reset_claim(session, tenant_id=tenant_id, device_id=device_id)
        record_act(
            session,
            tenant_id=tenant_id,
            actor=writer.name,
            action="claim-reset",
            subject=device_id,
            detail={},
            now=hub.clock.now(),
        )


class LoginRequest(Body):
    """A login to make, or to give a new password."""

    tenant_id: Identifier
    login_name: Annotated[str, Field(min_length=1, max_length=80)]
    password: Annotated[str, Field(min_length=8, max_length=200)]
    role: LoginRole
    scope_id: Identifier | None = None
    language: Annotated[str, Field(pattern="^(en|zh)$")] = "en"


@router.post("/logins", status_code=204)
def make_login(body: LoginRequest, hub: HubOf, writer: WriterOf) -> None:
    """Makes a login, or gives it this password, role and scope. Wants a write token."""
    writer.require(body.tenant_id)
    with hub.database.writing() as session:
        add_login(
            session,
            tenant_id=body.tenant_id,
            login_name=body.login_name,
            password=body.password,
            role=body.role,
            scope_id=body.scope_id,
            language=body.language,
        )
        record_act(
            session,
            tenant_id=body.tenant_id,
            actor=writer.name,
            action="login-made",
            subject=body.login_name,
            detail={"role": body.role.value, "scope": body.scope_id},
            now=hub.clock.now(),
        )


class TokenRequest(Body):
    """A token to mint."""

    tenant_id: Identifier
    name: Annotated[str, Field(min_length=1, max_length=80)]
    role: LoginRole = LoginRole.HEAD_OFFICE
    scope_id: Identifier | None = None
    may_write: bool = False


class TokenAnswer(Body):
    """A new token, said once."""

    token: str


@router.post("/tokens", status_code=201)
def make_token(body: TokenRequest, hub: HubOf, writer: WriterOf) -> TokenAnswer:
    """Mints a bearer token for a program. Wants a write token."""
    writer.require(body.tenant_id)
    now = hub.clock.now()
    with hub.database.writing() as session:
        token = mint_token(
            session,
            tenant_id=body.tenant_id,
            name=body.name,
            now=now,
            may_write=body.may_write,
            role=body.role,
            scope_id=body.scope_id,
        )
        record_act(
            session,
            tenant_id=body.tenant_id,
            actor=writer.name,
            action="token-made",
            subject=body.name,
            detail={"role": body.role.value, "may_write": body.may_write},
            now=now,
        )
    return TokenAnswer(token=token)
