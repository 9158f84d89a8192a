"""The one table: what each role may, as a person, as a program, impersonated."""

from dataclasses import replace

import pytest

from cloud_hub.access.permissions import ACTS, OF_PEOPLE, PERMISSIONS, Permission
from cloud_hub.access.viewer import Standing, Viewer
from cloud_hub.core.errors import NotYours
from cloud_hub.insight.metric import Audience, Filter
from cloud_hub.register import METRICS, SCREENS, SEARCHES
from cloud_hub.web.visit import impersonating
from device_profiles.store import LoginRole
from tests.small_chain import viewer

HEAD_OFFICE, IT, TECHNICIAN = LoginRole.HEAD_OFFICE, LoginRole.IT, LoginRole.TECHNICIAN
STORE, BRAND = LoginRole.STORE, LoginRole.BRAND

ALL_PAGES = {screen.permission for screen in SCREENS}
PAGES = {
    HEAD_OFFICE: ALL_PAGES - {Permission.SEE_INCIDENTS},
    IT: ALL_PAGES - {Permission.SEE_BRAND, Permission.SEE_REVIEW},
    TECHNICIAN: {
        Permission.SEE_FLEET,
        Permission.SEE_DEVICE,
        Permission.SEE_DEVICES,
        Permission.SEE_TASKS,
        Permission.SEE_INCIDENTS,
        Permission.SEE_ROLLOUTS,
    },
    STORE: {
        Permission.SEE_STORE,
        Permission.SEE_SHELF,
        Permission.SEE_FLEET,
        Permission.SEE_DEVICE,
        Permission.SEE_TASKS,
        Permission.SEE_REVIEW,
    },
    BRAND: {Permission.SEE_BRAND, Permission.SEE_SHELF, Permission.SEE_REVIEW},
}
DOERS = {
    Permission.ANSWER_TASKS: {HEAD_OFFICE, IT, TECHNICIAN, STORE},
    Permission.ANSWER_REVIEW: {HEAD_OFFICE, STORE, BRAND},
    Permission.KEEP_INCIDENTS: {IT, TECHNICIAN},
    Permission.COMMAND_DEVICES: {IT, TECHNICIAN},
    Permission.ENROL_DEVICES: {HEAD_OFFICE, IT, TECHNICIAN},
    Permission.MANAGE_ARTIFACTS: {IT, TECHNICIAN},
    Permission.APPROVE_ROLLOUTS: {IT, TECHNICIAN},
    Permission.READ_DEAD_LETTERS: {IT},
    Permission.EDIT_MASTER_DATA: {HEAD_OFFICE, IT},
    Permission.MANAGE_LOGINS: {HEAD_OFFICE, IT},
    Permission.GIVE_ANY_ROLE: {IT},
    Permission.SEE_AS_OTHERS: {HEAD_OFFICE},
}


def somebody(role: LoginRole, standing: Standing = Standing.PERSON) -> Viewer:
    scopes = ("s01",) if role is STORE else ()
    return replace(viewer(role, *scopes), standing=standing)


@pytest.mark.parametrize("role", LoginRole)
def test_a_role_opens_its_pages_and_no_others(role: LoginRole) -> None:
    who = somebody(role)
    assert {page for page in ALL_PAGES if who.may(page)} == PAGES[role]
    for page in ALL_PAGES - PAGES[role]:
        with pytest.raises(NotYours, match=f"role {role} may not {page.value.replace('-', ' ')}"):
            who.require(page)


def test_every_act_has_its_doers() -> None:
    assert set(DOERS) == ACTS
    for act, roles in DOERS.items():
        assert {role for role in LoginRole if somebody(role).may(act)} == roles


def test_a_reading_token_does_nothing_and_a_writing_one_what_its_role_does() -> None:
    for act, roles in DOERS.items():
        assert not any(somebody(role, Standing.READER).may(act) for role in LoginRole)
        writers = {role for role in LoginRole if somebody(role, Standing.WRITER).may(act)}
        assert writers == (set() if act in OF_PEOPLE else roles)
    for role, held in PERMISSIONS.items():
        assert all(somebody(role, Standing.READER).may(each) for each in held - ACTS)


def test_the_administrators_token_may_all_but_what_people_do() -> None:
    who = somebody(HEAD_OFFICE, Standing.ADMINISTRATOR)
    assert {each for each in Permission if not who.may(each)} == OF_PEOPLE


def test_a_token_that_may_not_is_told_why() -> None:
    for role, standing, act, said in (
        (STORE, Standing.WRITER, Permission.ANSWER_TASKS, "people do, who signed in"),
        (IT, Standing.READER, Permission.COMMAND_DEVICES, "this token may only read"),
        (BRAND, Standing.WRITER, Permission.MANAGE_LOGINS, "role brand may not manage logins"),
    ):
        with pytest.raises(NotYours, match=said):
            somebody(role, standing).require(act)


def test_looking_through_other_eyes_gives_no_hands() -> None:
    office = somebody(HEAD_OFFICE)
    technician = impersonating(office, "technician")
    assert technician.may(Permission.SEE_CONTROL)
    assert not technician.may(Permission.SEE_HOME)
    assert not technician.may(Permission.COMMAND_DEVICES)
    with pytest.raises(NotYours, match="through another role's eyes"):
        technician.require(Permission.COMMAND_DEVICES)
    assert impersonating(office, "store:s01").may(Permission.ANSWER_TASKS), "it may itself"


def test_several_stores_are_compared_and_one_is_not() -> None:
    for stores, may in ((("s01",), False), (("s01", "s02"), True), ((), True)):
        who = viewer(STORE, *stores)
        assert who.may(Permission.SEE_HOME) is who.may(Permission.SEE_FOOTFALL) is may


def test_a_technician_of_some_stores_has_no_business_with_the_whole_chain() -> None:
    who = viewer(TECHNICIAN, "s01")
    assert who.may(Permission.COMMAND_DEVICES)
    with pytest.raises(NotYours, match="while it is bound to stores"):
        who.require(Permission.SEE_LINK)
    assert not who.may(Permission.MANAGE_ARTIFACTS)


def test_nobody_gives_more_than_he_has() -> None:
    given = {
        role: {other for other in LoginRole if somebody(role).may_give(other)} for role in LoginRole
    }
    assert given == {
        HEAD_OFFICE: {HEAD_OFFICE, STORE, BRAND},
        IT: set(LoginRole),
        TECHNICIAN: set(),
        STORE: set(),
        BRAND: set(),
    }
    assert not somebody(IT, Standing.READER).may_give(STORE)


def test_a_role_that_must_be_bound_never_sees_everything_by_mistake() -> None:
    for role in (STORE, BRAND):
        with pytest.raises(ValueError, match="bound to"):
            Viewer(tenant_id="t", login_name="x", role=role)


def test_every_permission_is_somebodys_and_so_is_what_a_finding_needs() -> None:
    held = frozenset().union(*PERMISSIONS.values())
    assert held == set(Permission)
    for each in SEARCHES:
        assert all(kind.permission in held for kind in each.kinds)


def test_what_a_brand_is_shown_can_be_narrowed_to_its_goods() -> None:
    for metric in METRICS.values():
        if metric.audience is Audience.BRAND:
            assert Filter.BRAND in metric.filters, metric.name
            assert metric.needs in PERMISSIONS[BRAND], metric.name
