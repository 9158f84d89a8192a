"""Who asks: the viewer or writer behind a request, from its cookie or its bearer token."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

import sqlalchemy as sa
from fastapi import Depends, Query, Request
from sqlalchemy.orm import Session

from cloud_hub.access.sign_in import (
    ANY_TENANT,
    SESSION_COOKIE,
    login_of,
    token_row,
    viewer_of_login,
    viewer_of_token,
)
from cloud_hub.access.viewer import Viewer
from cloud_hub.core.errors import Refused
from cloud_hub.core.hub import Hub
from cloud_hub.insight.metric import Metric
from cloud_hub.insight.search import Searches
from cloud_hub.master_data.place_tables import Tenant
from cloud_hub.web.api.parts import parts_of
from device_profiles.store import LoginRole

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def hub_of(request: Request) -> Hub:
    """The running hub."""
    hub: Hub = request.app.state.hub
    return hub


def viewer_of(
    request: Request,
    tenant: Annotated[
        str | None, Query(description="Chain, for a token of the hub's administrator")
    ] = None,
) -> Viewer:
    """Who looks. Raises Refused (401) when nobody is signed in."""
    hub = hub_of(request)
    with hub.sessions() as session:
        if (token := _bearer(request)) is not None:
            row = token_row(session, token)
            if row is None:
                raise Refused("this token is not known", status=401)
            viewer = viewer_of_token(row)
            return viewer if row.tenant_id != ANY_TENANT else _within(session, viewer, tenant)
        if (cookie := request.cookies.get(SESSION_COOKIE)) is not None:
            login = login_of(session, cookie, hub.clock.now())
            if login is not None:
                _require_own_page(request)
                return viewer_of_login(login)
    raise Refused("sign in, or send Authorization: Bearer TOKEN", status=401)


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """A program that may change master data and logins; of every chain when `tenant_id` is `*`."""

    tenant_id: str
    name: str

    def require(self, tenant_id: str) -> None:
        """Nothing. Raises Refused when this writer is another chain's."""
        if self.tenant_id not in (ANY_TENANT, tenant_id):
            raise Refused(f"this token is not for chain {tenant_id}")


def writer_of(request: Request) -> Writer:
    """The program that writes. Raises Refused without a token that may."""
    token = _bearer(request)
    if token is None:
        raise Refused("send Authorization: Bearer TOKEN, a token that may write", status=401)
    with hub_of(request).sessions() as session:
        row = token_row(session, token)
        if row is None:
            raise Refused("this token is not known", status=401)
        if not row.may_write:
            raise Refused("this token may only read")
        return Writer(tenant_id=row.tenant_id, name=f"token:{row.name}")


def searches_of(request: Request) -> Searches:
    """Every search for problems that this hub knows."""
    return parts_of(request).searches


def metrics_of(request: Request) -> Mapping[str, Metric]:
    """Every metric that this hub knows, by name."""
    return parts_of(request).metrics


HubOf = Annotated[Hub, Depends(hub_of)]
SearchesOf = Annotated[Searches, Depends(searches_of)]
MetricsOf = Annotated[Mapping[str, Metric], Depends(metrics_of)]
ViewerOf = Annotated[Viewer, Depends(viewer_of)]
WriterOf = Annotated[Writer, Depends(writer_of)]


def require_operator(viewer: Viewer) -> None:
    """Nothing. Raises Refused for a role that has no business with devices and their links."""
    if viewer.role not in (LoginRole.HEAD_OFFICE, LoginRole.IT, LoginRole.TECHNICIAN):
        raise Refused(f"a {viewer.role.value} login may not see that")


def acting_viewer(request: Request, viewer: Viewer, roles: Collection[LoginRole]) -> Viewer:
    """The viewer, who may act and not only look: a login of one of `roles`, a token of one that
    may write, or the administrator's. Raises Refused."""
    if (token := _bearer(request)) is not None:
        with hub_of(request).sessions() as session:
            row = token_row(session, token)
            if row is None or not row.may_write:
                raise Refused("this token may only read")
            if row.tenant_id == ANY_TENANT:
                return viewer
    if viewer.role not in roles:
        raise Refused(f"a {viewer.role.value} login may not do that")
    return viewer


def _bearer(request: Request) -> str | None:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" and token.strip() else None


def _within(session: Session, viewer: Viewer, tenant: str | None) -> Viewer:
    """The administrator, looking at one chain: the one asked for, or the only one there is."""
    known = session.scalars(sa.select(Tenant.tenant_id)).all()
    if tenant is None and len(known) == 1:
        tenant = known[0]
    if tenant is None or tenant not in known:
        raise Refused(f"name a chain with ?tenant=, one of: {', '.join(known)}", status=422)
    return Viewer(
        tenant_id=tenant,
        login_name=viewer.login_name,
        role=viewer.role,
        scope_id=viewer.scope_id,
        language=viewer.language,
    )


def _require_own_page(request: Request) -> None:
    """Another site's page may not act with this browser's cookie."""
    if request.method in SAFE_METHODS:
        return
    origin = urlsplit(request.headers.get("origin", ""))
    if origin.netloc != request.headers.get("host"):
        raise Refused("this request came from another site's page")
