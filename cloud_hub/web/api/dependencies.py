"""Who asks: the viewer behind a request, from its cookie or its bearer token, and what it may."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated
from urllib.parse import urlsplit

import sqlalchemy as sa
from fastapi import Depends, Query, Request, params
from sqlalchemy.orm import Session

from cloud_hub.access.permissions import Permission
from cloud_hub.access.sign_in import SESSION_COOKIE, login_of, viewer_of_login, viewer_of_token
from cloud_hub.access.throttle import network_of
from cloud_hub.access.tokens import ANY_TENANT, token_row
from cloud_hub.access.viewer import Viewer
from cloud_hub.core.errors import NotYours, Refused
from cloud_hub.core.hub import Hub
from cloud_hub.insight.metric import Metric
from cloud_hub.insight.search import Searches
from cloud_hub.master_data.place_tables import Tenant
from cloud_hub.web.api.parts import parts_of
from device_profiles.values.bounds import Word

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def hub_of(request: Request) -> Hub:
    """The running hub."""
    hub: Hub = request.app.state.hub
    return hub


HubOf = Annotated[Hub, Depends(hub_of)]


def caller_of(request: Request, hub: HubOf) -> Viewer:
    """Who asks, before it is known about which chain: the administrator's tenant is `*`. Raises
    Refused (401) when nobody is signed in."""
    # Kept for the audit log, should it be refused.
    caller = _caller(request, hub)
    request.state.caller = caller
    return caller


def _caller(request: Request, hub: Hub) -> Viewer:
    with hub.sessions() as session:
        if (token := _bearer(request)) is not None:
            row = token_row(session, token)
            if row is None:
                raise wrong_guess(request, "this token is not known, or was revoked")
            return viewer_of_token(session, row)
        if (cookie := request.cookies.get(SESSION_COOKIE)) is not None:
            login = login_of(session, cookie, hub.clock.now())
            if login is not None:
                _require_own_page(request)
                return viewer_of_login(session, login)
    raise Refused("sign in, or send Authorization: Bearer TOKEN", status=401)


CallerOf = Annotated[Viewer, Depends(caller_of)]


def wrong_guess(request: Request, message: str) -> Refused:
    """What to raise for a wrong token or a device's wrong password: `message` (401), or to wait
    (429) where too many wrong ones came from there. A right one is let in even then: it cannot be
    guessed, and nobody may lock out his neighbours behind one address."""
    guesses, now = parts_of(request).guesses, hub_of(request).clock.now()
    who = network_of(request.client.host if request.client else "")
    if (wait_s := guesses.wait_s(who, now)) > 0:
        return Refused(f"too many wrong tokens or passwords; wait {wait_s:.0f} s", status=429)
    guesses.failed(who, now)
    return Refused(message, status=401)


def viewer_of(
    hub: HubOf,
    caller: CallerOf,
    tenant: Annotated[
        Word | None, Query(description="Chain, for a token of the hub's administrator")
    ] = None,
) -> Viewer:
    """Who looks, at one chain. Raises Refused."""
    if caller.tenant_id != ANY_TENANT:
        return caller
    with hub.sessions() as session:
        return replace(caller, tenant_id=_chosen(session, tenant))


def searches_of(request: Request) -> Searches:
    """Every search for problems that this hub knows."""
    return parts_of(request).searches


def metrics_of(request: Request) -> Mapping[str, Metric]:
    """Every metric that this hub knows, by name."""
    return parts_of(request).metrics


SearchesOf = Annotated[Searches, Depends(searches_of)]
MetricsOf = Annotated[Mapping[str, Metric], Depends(metrics_of)]
ViewerOf = Annotated[Viewer, Depends(viewer_of)]


def allowed(permission: Permission) -> params.Depends:
    """For a door's signature: who asks, where it may. Raises NotYours."""

    def check(viewer: ViewerOf) -> Viewer:
        viewer.require(permission)
        return viewer

    dependency: params.Depends = Depends(check)
    return dependency


def within(caller: Viewer, tenant_id: str) -> Viewer:
    """The caller, asking about the chain that its request names. Raises NotYours for another chain
    than its own."""
    if caller.tenant_id == ANY_TENANT:
        return replace(caller, tenant_id=tenant_id)
    if caller.tenant_id != tenant_id:
        raise NotYours(f"{caller.login_name} is not of chain {tenant_id}")
    return caller


def _bearer(request: Request) -> str | None:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" and token.strip() else None


def _chosen(session: Session, tenant: str | None) -> str:
    """The chain asked for, or the only one there is."""
    known = session.scalars(sa.select(Tenant.tenant_id)).all()
    if tenant is None and len(known) == 1:
        return known[0]
    if tenant is None or tenant not in known:
        raise Refused(f"name a chain with ?tenant=, one of: {', '.join(known)}", status=422)
    return tenant


def _require_own_page(request: Request) -> None:
    """Another site's page may not act with this browser's cookie."""
    if request.method in SAFE_METHODS:
        return
    try:
        site = urlsplit(request.headers.get("origin", "")).netloc
    except ValueError:
        site = ""
    if site != request.headers.get("host"):
        raise Refused("this request came from another site's page")
