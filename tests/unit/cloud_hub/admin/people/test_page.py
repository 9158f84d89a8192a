"""The page of logins: who may enter, and buttons for what the reader may change."""

from datetime import timedelta

from cloud_hub.admin.people.page import people_page
from cloud_hub.admin.people.view import LoginRow, PeopleView, TokenRow
from cloud_hub.web.reader import Reader
from cloud_hub.web.words import UTC, Words
from device_profiles.store import LoginRole
from tests.small_chain import NOW, viewer

CLERK = LoginRow(
    login_name="<clerk>",
    role=LoginRole.STORE,
    bounds=("s01", "North"),
    disabled_at=None,
    has_factor=True,
    may_be_changed=True,
)
SELF = LoginRow(
    login_name="me",
    role=LoginRole.IT,
    bounds=(),
    disabled_at=None,
    has_factor=False,
    may_be_changed=False,
)
LOCKED = LoginRow(
    login_name="gone",
    role=LoginRole.IT,
    bounds=(),
    disabled_at=NOW,
    has_factor=False,
    may_be_changed=True,
)
TOKEN = TokenRow(
    token_id="0123456789ab",
    name="exports",
    role=LoginRole.HEAD_OFFICE,
    bounds=(),
    may_write=False,
    created_at=NOW - timedelta(days=3),
    revoked_at=None,
    may_be_changed=True,
)
ENDED = TokenRow(
    token_id="ba9876543210",
    name="old",
    role=LoginRole.IT,
    bounds=(),
    may_write=True,
    created_at=NOW - timedelta(days=9),
    revoked_at=NOW,
    may_be_changed=False,
)


def drawn(*logins: LoginRow, tokens: tuple[TokenRow, ...] = ()) -> str:
    view = PeopleView(
        logins=logins,
        tokens=tokens,
        roles=(LoginRole.STORE, LoginRole.BRAND),
        demanded=(LoginRole.BRAND,),
    )
    reader = Reader(
        viewer=viewer(LoginRole.HEAD_OFFICE), words=Words("en", UTC), now=NOW, here="/logins"
    )
    return str(people_page(view, reader))


def test_a_login_says_its_role_and_what_it_is_bound_to() -> None:
    page = drawn(CLERK, SELF)
    assert "&lt;clerk&gt;" in page
    assert "<clerk>" not in page
    assert "s01, North" in page
    assert "the whole chain" in page


def test_only_what_may_be_changed_has_buttons() -> None:
    assert 'value="disable"' not in drawn(SELF)
    assert 'value="disable"' in drawn(CLERK)
    assert 'value="enable"' in drawn(LOCKED)
    assert 'value="disable"' not in drawn(LOCKED)


def test_a_token_can_be_revoked_once() -> None:
    page = drawn(tokens=(TOKEN, ENDED))
    assert 'value="0123456789ab"' in page
    assert 'value="ba9876543210"' not in page
    assert "revoked" in page


def test_the_form_offers_the_roles_that_may_be_given_and_no_others() -> None:
    page = drawn()
    assert 'value="brand"' in page
    assert 'value="it"' not in page
    assert "No program has a token" in page


def test_a_factor_is_reset_where_there_is_one_and_demanded_by_role() -> None:
    page = drawn(CLERK, SELF)
    assert page.count("Lost phone") == 1
    assert "Brand needs a second factor" in page
    assert "Store signs in by password alone, if it wants" in page
