"""Bearer tokens of programs: told once, found by name or id, ended for good."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from cloud_hub.access.grants import Grant
from cloud_hub.access.tables import ApiToken
from cloud_hub.access.tokens import (
    ANY_TENANT,
    NewToken,
    all_tokens,
    mint_token,
    token_called,
    token_id,
    token_row,
)
from cloud_hub.core.errors import NotFound, Refused
from device_profiles.store import LoginRole
from tests.small_chain import NOW, TENANT, SmallChain


def mint(
    session: Session, name: str = "export", at: datetime = NOW, tenant_id: str = TENANT
) -> str:
    grant = Grant(role=LoginRole.HEAD_OFFICE)
    text = mint_token(session, NewToken(tenant_id=tenant_id, name=name, grant=grant), at)
    session.flush()
    return text


def found(session: Session, text: str) -> ApiToken:
    row = token_row(session, text)
    assert row is not None
    return row


def test_a_token_opens_what_it_was_minted_for_and_only_its_hash_is_kept(
    two_stores: SmallChain,
) -> None:
    with two_stores.database.writing() as session:
        wanted = NewToken(
            tenant_id=TENANT,
            name="till",
            grant=Grant(role=LoginRole.STORE, scopes=("s01", "s01")),
            may_write=True,
        )
        text = mint_token(session, wanted, NOW)
        session.flush()
        row = found(session, text)
        assert (row.name, row.role, row.scopes, row.may_write) == ("till", "store", ["s01"], True)
        assert row.created_at == NOW
        assert text not in row.token_hash
        assert token_row(session, text + "x") is None
        assert token_row(session, row.token_hash) is None, "the hash is no token"


def test_a_token_may_only_look_unless_it_was_asked_otherwise(two_stores: SmallChain) -> None:
    with two_stores.database.writing() as session:
        assert not found(session, mint(session)).may_write


def test_two_tokens_of_one_name_are_two_tokens(two_stores: SmallChain) -> None:
    with two_stores.database.writing() as session:
        first, second = found(session, mint(session)), found(session, mint(session))
        assert token_id(first) != token_id(second)
        with pytest.raises(Refused, match="2 tokens are called 'export': name one by its id") as no:
            token_called(session, [TENANT], "export")
        assert no.value.status == 409
        assert token_id(first) in str(no.value)
        assert token_called(session, [TENANT], token_id(second)) is second


def test_a_revoked_token_opens_nothing_and_leaves_its_name_to_others(
    two_stores: SmallChain,
) -> None:
    with two_stores.database.writing() as session:
        text = mint(session)
        found(session, text).revoked_at = NOW
        session.flush()
        assert token_row(session, text) is None
        with pytest.raises(NotFound, match="there is no valid token 'export'"):
            token_called(session, [TENANT], "export")
        fresh = found(session, mint(session))
        assert token_called(session, [TENANT], "export") is fresh


def test_an_id_is_taken_before_a_name_that_reads_like_it(two_stores: SmallChain) -> None:
    with two_stores.database.writing() as session:
        first = found(session, mint(session))
        mint(session, name=token_id(first))
        assert token_called(session, [TENANT], token_id(first)) is first


def test_tokens_of_a_chain_are_listed_with_the_revoked_the_newest_first(
    two_stores: SmallChain,
) -> None:
    with two_stores.database.writing() as session:
        found(session, mint(session, "old")).revoked_at = NOW
        session.flush()
        mint(session, "new", NOW + timedelta(hours=1))
        mint(session, "admin", tenant_id=ANY_TENANT)
        assert [row.name for row in all_tokens(session, [TENANT])] == ["new", "old"]
        assert len(all_tokens(session, [TENANT, ANY_TENANT])) == 3
        with pytest.raises(NotFound):
            token_called(session, [TENANT], "admin")


def test_a_token_is_not_minted_for_a_role_without_what_binds_it(two_stores: SmallChain) -> None:
    with two_stores.reading() as session:
        wanted = NewToken(tenant_id=TENANT, name="x", grant=Grant(role=LoginRole.BRAND))
        with pytest.raises(Refused, match="the one brand it is for"):
            mint_token(session, wanted, NOW)
        assert all_tokens(session, [TENANT]) == []
