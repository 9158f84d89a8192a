"""Letting people and programs in, and locking them out."""

from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import BaseModel, Field

from cloud_hub.access.grants import Grant
from cloud_hub.access.logins import SHORTEST_PASSWORD
from cloud_hub.access.permissions import Permission
from cloud_hub.admin.logins import Logins
from cloud_hub.core.errors import NotYours, Refused
from cloud_hub.web.actions import Acting, Action, Declined, Done, Invalid
from cloud_hub.web.forms.fields import FieldKind, Input
from cloud_hub.web.roles import role_name
from device_profiles.store import LoginRole

MAKE_LOGIN: Final = "make-login"
CHANGE_LOGIN: Final = "change-login"
DEMAND_FACTOR: Final = "demand-second-factor"
REVOKE_TOKEN: Final = "revoke-token"  # noqa: S105 - what is done, no token
DEMANDED: Final = "yes"
LONGEST_NAME: Final = 80
LONGEST_PASSWORD: Final = 200
LONGEST_BOUNDS: Final = 4000


class LoginChange(StrEnum):
    """What a button does to a login."""

    DISABLE = "disable"
    ENABLE = "enable"
    REMOVE = "remove"
    RESET_FACTOR = "reset-second-factor"


class LoginForm(BaseModel):
    """A login to make, or one that gets a new password, role and bounds."""

    login_name: Annotated[
        str,
        Field(min_length=1, max_length=LONGEST_NAME),
        Input(
            label=lambda words: words("Login name"),
            hint=lambda words: words("One that is there already gets this password and role."),
        ),
    ]
    password: Annotated[
        str,
        Field(min_length=SHORTEST_PASSWORD, max_length=LONGEST_PASSWORD),
        Input(label=lambda words: words("Password"), kind=FieldKind.PASSWORD),
    ]
    role: Annotated[
        LoginRole,
        Input(
            label=lambda words: words("Role"),
            options=lambda words: {role.value: role_name(role, words) for role in LoginRole},
        ),
    ]
    bound_to: Annotated[
        str,
        Field(max_length=LONGEST_BOUNDS),
        Input(
            label=lambda words: words("Only for"),
            hint=lambda words: words("Store numbers with commas between them, or one brand."),
        ),
    ] = ""
    regions: Annotated[
        str,
        Field(max_length=LONGEST_BOUNDS),
        Input(
            label=lambda words: words("Only for the stores of these regions"),
            hint=lambda words: words("Names with commas between them."),
        ),
    ] = ""


class ChangeForm(BaseModel):
    """A login and what is done to it."""

    login_name: Annotated[str, Field(max_length=LONGEST_NAME)]
    change: LoginChange


class DemandForm(BaseModel):
    """A role, and whether its logins need a second factor."""

    role: LoginRole
    demanded: Literal["yes", "no"]


class RevokeForm(BaseModel):
    """A token to end."""

    token_id: Annotated[str, Field(max_length=LONGEST_NAME)]


def _make(act: Acting, form: LoginForm) -> Done | Invalid:
    grant = Grant(role=form.role, scopes=_listed(form.bound_to), regions=_listed(form.regions))
    try:
        _logins(act).make(form.login_name, form.password, grant, None)
    except NotYours:
        return Invalid(errors={"role": act.words("Your login may not give this role.")})
    except Refused as error:
        field = "regions" if "region" in str(error) and grant.regions else "bound_to"
        name = "login_name" if "colon" in str(error) else field
        return Invalid(errors={name: act.words("The hub refused: {why}", why=str(error))})
    return Done(message=act.words("{name} can sign in now.", name=form.login_name))


def _change(act: Acting, form: ChangeForm) -> Done | Declined:
    logins, words, name = _logins(act), act.words, form.login_name
    match form.change:
        case LoginChange.DISABLE:
            logins.disable(name)
            return Done(message=words("{name} is signed out and locked.", name=name))
        case LoginChange.ENABLE:
            logins.enable(name)
            return Done(message=words("{name} can sign in now.", name=name))
        case LoginChange.REMOVE:
            logins.remove(name)
            return Done(message=words("{name} was taken away.", name=name))
        case LoginChange.RESET_FACTOR:
            return _reset(act, logins, name)


def _reset(act: Acting, logins: Logins, name: str) -> Done | Declined:
    try:
        logins.reset_factor(name)
    except Refused:
        return Declined(message=act.words("{name} has no second factor.", name=name))
    return Done(message=act.words("{name} signs in by its password again.", name=name))


def _demand(act: Acting, form: DemandForm) -> Done:
    _logins(act).demand_factor(form.role, is_demanded=form.demanded == DEMANDED)
    role = role_name(form.role, act.words)
    if form.demanded == DEMANDED:
        return Done(message=act.words("{role} needs a second factor now.", role=role))
    return Done(message=act.words("{role} needs no second factor any more.", role=role))


def _revoke(act: Acting, form: RevokeForm) -> Done:
    row = _logins(act).revoke(form.token_id)
    return Done(message=act.words("The token {name} opens nothing any more.", name=row.name))


def _logins(act: Acting) -> Logins:
    return Logins(act.session, act.viewer.tenant_id, by=act.viewer, now=act.now)


def _listed(text: str) -> tuple[str, ...]:
    """The names of a line, whichever comma stands between them."""
    parts = text.replace("，", ",").replace("、", ",").split(",")
    return tuple(part.strip() for part in parts if part.strip())


MAKE: Final = Action(name=MAKE_LOGIN, form=LoginForm, permission=Permission.MANAGE_LOGINS, do=_make)
ACTIONS: Final = (
    MAKE,
    Action(name=CHANGE_LOGIN, form=ChangeForm, permission=Permission.MANAGE_LOGINS, do=_change),
    Action(name=DEMAND_FACTOR, form=DemandForm, permission=Permission.MANAGE_LOGINS, do=_demand),
    Action(name=REVOKE_TOKEN, form=RevokeForm, permission=Permission.MANAGE_LOGINS, do=_revoke),
)
