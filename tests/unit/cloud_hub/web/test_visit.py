import pytest

from cloud_hub.web.roles import landing
from cloud_hub.web.visit import seen_through
from device_profiles.store import LoginRole
from tests.small_chain import viewer


def test_a_head_office_looks_through_a_brands_eyes():
    seen = seen_through(viewer(LoginRole.HEAD_OFFICE), "brand:quanye")
    assert (seen.role, seen.store_ids, seen.brand_id) == (LoginRole.BRAND, None, "quanye")
    assert seen.seen_from is LoginRole.HEAD_OFFICE


@pytest.mark.parametrize("role", [role for role in LoginRole if role is not LoginRole.HEAD_OFFICE])
def test_nobody_else_looks_through_other_eyes(role):
    one = viewer(role, "s01")
    assert seen_through(one, "head-office") == one
    assert seen_through(one, "it") == one


@pytest.mark.parametrize("asked", ["", "king", "brand", "store:", "it:s01", "technician:x"])
def test_a_role_with_the_wrong_scope_changes_nothing(asked):
    one = viewer(LoginRole.HEAD_OFFICE)
    assert seen_through(one, asked) == one


@pytest.mark.parametrize(
    ("role", "scopes", "page"),
    [
        (LoginRole.HEAD_OFFICE, (), "/"),
        (LoginRole.BRAND, ("quanye",), "/brand"),
        (LoginRole.STORE, ("s01",), "/store/s01"),
        (LoginRole.STORE, ("s01", "s02"), "/"),
        (LoginRole.TECHNICIAN, (), "/fleet"),
        (LoginRole.IT, (), "/fleet"),
    ],
)
def test_each_role_has_its_first_page(role, scopes, page):
    assert landing(viewer(role, *scopes)) == page
