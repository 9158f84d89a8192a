"""What is done to logins and tokens, each act checked and noted in the audit log: one home for the
API and the command line."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from cloud_hub.access.audit_log import Act, record_act
from cloud_hub.access.doors.second_factor import (
    demand_factor,
    demand_no_factor,
    demanded_roles,
    forget_factor,
    logins_with_factor,
)
from cloud_hub.access.grants import Grant
from cloud_hub.access.logins import (
    NewLogin,
    add_login,
    all_logins,
    disable_login,
    enable_login,
    end_sessions,
    login_named,
    remove_login,
)
from cloud_hub.access.offline_hub import ACTOR
from cloud_hub.access.permissions import Permission
from cloud_hub.access.tables import ApiToken, Login
from cloud_hub.access.tokens import (
    ANY_TENANT,
    NewToken,
    all_tokens,
    mint_token,
    token_called,
    token_id,
)
from cloud_hub.access.viewer import Standing, Viewer
from cloud_hub.core.errors import NotYours, Refused
from device_profiles.store import LoginRole


class Logins:
    """The logins and tokens of one chain, within the caller's transaction. `by` is who asks; None
    for the command line, which may do all: it already has the database."""

    def __init__(
        self, session: Session, tenant_id: str, *, by: Viewer | None, now: datetime
    ) -> None:
        """Raises NotYours for who may not manage logins."""
        if by is not None:
            by.require(Permission.MANAGE_LOGINS)
        self._session = session
        self._tenant_id = tenant_id
        self._by = by
        self._now = now

    def all(self) -> Sequence[Login]:
        """Every login, by name."""
        return all_logins(self._session, self._tenant_id)

    def make(self, name: str, password: str, grant: Grant, language: str | None) -> Grant:
        """Makes a login, or gives it this password and grant and signs it out everywhere. Returns
        the grant as it is kept.

        Raises NotYours, and what add_login raises.
        """
        self._require_may_give(grant.role)
        known = self._session.get(Login, (self._tenant_id, name))
        if known is not None:
            self._require_may_give(LoginRole(known.role))
        held = add_login(
            self._session,
            NewLogin(
                tenant_id=self._tenant_id,
                login_name=name,
                password=password,
                grant=grant,
                language=language,
            ),
        )
        self._note("login-changed" if known else "login-made", name, held.as_json())
        return held

    def disable(self, name: str) -> None:
        """Signs it out and lets it in no more. Raises NotFound, NotYours."""
        login = self._changeable(name)
        self._require_other(name)
        disable_login(self._session, login, self._now)
        self._note("login-disabled", name, {})

    def enable(self, name: str) -> None:
        """Lets it in again. Raises NotFound, NotYours."""
        enable_login(self._changeable(name))
        self._note("login-enabled", name, {})

    def remove(self, name: str) -> None:
        """Takes it away. Raises NotFound, NotYours."""
        login = self._changeable(name)
        self._require_other(name)
        remove_login(self._session, login)
        self._note("login-removed", name, {})

    def with_factor(self) -> frozenset[str]:
        """The names of the logins that have a second factor."""
        return logins_with_factor(self._session, self._tenant_id)

    def demanded(self) -> Collection[str]:
        """The roles that need a second factor."""
        return demanded_roles(self._session, self._tenant_id)

    def reset_factor(self, name: str) -> None:
        """Takes its second factor away and signs it out everywhere: for who lost phone and recovery
        codes. Raises NotFound, NotYours, and Refused where it has none."""
        login = self._changeable(name)
        self._require_other(name)
        if not forget_factor(self._session, login):
            raise Refused(f"login {name!r} has no second factor", status=409)
        end_sessions(self._session, login)
        self._note("second-factor-reset", name, {})

    def demand_factor(self, role: LoginRole, *, is_demanded: bool) -> None:
        """Whether logins of `role` get in with a second factor only. Raises NotYours."""
        self._require_may_give(role)
        if not is_demanded:
            demand_no_factor(self._session, self._tenant_id, role)
            self._note("second-factor-not-demanded", role.value, {})
            return
        signed_out = demand_factor(self._session, self._tenant_id, role, self._now)
        self._note("second-factor-demanded", role.value, {"logins_without": signed_out})

    def tokens(self) -> Sequence[ApiToken]:
        """Every token of the chain, revoked ones too, the newest first; with the administrator's
        for who may see that."""
        return all_tokens(self._session, self._tenants())

    def mint(self, name: str, grant: Grant, *, may_write: bool) -> str:
        """A new token. Raises NotYours, and what mint_token raises."""
        self._require_may_give(grant.role)
        token = mint_token(
            self._session,
            NewToken(tenant_id=self._tenant_id, name=name, grant=grant, may_write=may_write),
            self._now,
        )
        self._note("token-made", name, grant.as_json() | {"may_write": may_write})
        return token

    def revoke(self, called: str) -> ApiToken:
        """The token with this id or name, which opens nothing any more.

        Raises NotFound, NotYours, and Refused where several have the name.
        """
        row = token_called(self._session, self._tenants(), called)
        self._require_may_give(LoginRole(row.role))
        row.revoked_at = self._now
        self._note("token-revoked", row.name, {"id": token_id(row)})
        return row

    def _tenants(self) -> Sequence[str]:
        by = self._by
        is_administrator = by is None or by.standing is Standing.ADMINISTRATOR
        return (self._tenant_id, ANY_TENANT) if is_administrator else (self._tenant_id,)

    def _changeable(self, name: str) -> Login:
        login = login_named(self._session, self._tenant_id, name)
        self._require_may_give(LoginRole(login.role))
        return login

    def _require_may_give(self, role: LoginRole) -> None:
        if self._by is not None and not self._by.may_give(role):
            raise NotYours(f"role {self._by.role} may not make or change logins of role {role}")

    def _require_other(self, name: str) -> None:
        if self._by is not None and self._by.is_person and self._by.login_name == name:
            raise Refused("nobody ends the login he is signed in with", status=409)

    def _note(self, action: str, subject: str, detail: Mapping[str, Any]) -> None:
        record_act(
            self._session,
            Act(
                tenant_id=self._tenant_id,
                actor=ACTOR if self._by is None else self._by.login_name,
                action=action,
                subject=subject,
                detail=detail,
            ),
            self._now,
        )
