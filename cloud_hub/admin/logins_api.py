"""HTTP: logins and program tokens."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from cloud_hub.access.audit_log import record_act
from cloud_hub.access.sign_in import add_login, mint_token
from cloud_hub.fleet.enrolment.api import Body
from cloud_hub.web.api.dependencies import HubOf, WriterOf
from device_profiles.names import Identifier
from device_profiles.store import LoginRole

router = APIRouter(prefix="/api/v1", tags=["enrolment"])


class LoginRequest(Body):
    """A login to make, or to give a new password. Without a language it reads in its browser's."""

    tenant_id: Identifier
    login_name: Annotated[str, Field(min_length=1, max_length=80)]
    password: Annotated[str, Field(min_length=8, max_length=200)]
    role: LoginRole
    scope_id: Identifier | None = None
    language: Annotated[str, Field(max_length=20)] | None = None


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
