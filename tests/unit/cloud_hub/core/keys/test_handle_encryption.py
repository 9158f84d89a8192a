"""Shoppers' handles: unreadable without the keys, found again by any spelling."""

from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import InvalidToken

from cloud_hub.core.errors import UnusableData
from cloud_hub.core.keys.handle_encryption import SEAL, HandleKeys
from cloud_hub.core.keys.key_store import load_secrets


@pytest.fixture
def keys(tmp_path: Path) -> HandleKeys:
    return HandleKeys(load_secrets(tmp_path / "hub"))


@pytest.fixture
def strange(tmp_path: Path) -> HandleKeys:
    """Another hub's keys."""
    return HandleKeys(load_secrets(tmp_path / "other"))


def shown(*handles: Any) -> dict[str, Any]:
    return {"sequence": 7, "identities": list(handles)}


PHONE = {"kind": "phone", "value": "138 0013 8000"}


def test_a_handle_comes_back_with_the_keys_and_only_with_them(
    keys: HandleKeys, strange: HandleKeys
) -> None:
    kept = keys.encrypt("张三 138")
    assert "张三".encode() not in kept
    assert keys.decrypt(kept) == "张三 138"
    assert (keys.opens(kept), strange.opens(kept)) == (True, False)
    with pytest.raises(InvalidToken):
        strange.decrypt(kept)


def test_the_same_handle_is_encrypted_anew_each_time_and_found_by_one_index(
    keys: HandleKeys,
) -> None:
    assert keys.encrypt("m-1") != keys.encrypt("m-1")
    assert keys.blind_index("t", "member", "m-1") == keys.blind_index("t", "member", " M-1 ")


def test_an_index_tells_chains_and_kinds_and_hubs_apart(
    keys: HandleKeys, strange: HandleKeys
) -> None:
    indexes = {
        keys.blind_index("t", "member", "1"),
        keys.blind_index("u", "member", "1"),
        keys.blind_index("t", "card", "1"),
        strange.blind_index("t", "member", "1"),
    }
    assert len(indexes) == 4
    assert all(index is not None and len(index) == 64 for index in indexes)


@pytest.mark.parametrize("nothing", ["n/a", "-", "", "  ", "无", "0000"])
def test_what_is_no_handle_has_no_index(keys: HandleKeys, nothing: str) -> None:
    assert keys.blind_index("t", "phone", nothing) is None


def test_a_telephone_number_has_one_index_with_its_country_and_without(keys: HandleKeys) -> None:
    told = keys.blind_index("t", "phone", "+86 138 0013 8000")
    assert keys.blind_index("t", "phone", "138-0013-8000", "CN") == told
    assert keys.blind_index("t", "phone", "138-0013-8000", "US") != told


def test_an_event_is_kept_with_its_handles_sealed_and_all_else_as_it_came(
    keys: HandleKeys,
) -> None:
    said = shown(PHONE, {"kind": "member", "value": "m-1"})
    kept = keys.sealed(said)
    assert kept["sequence"] == 7
    assert all(handle["value"].startswith(SEAL) for handle in kept["identities"])
    assert [handle["kind"] for handle in kept["identities"]] == ["phone", "member"]
    assert keys.opened(kept) == said
    assert said == shown(PHONE, {"kind": "member", "value": "m-1"})


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"identities": []},
        {"identities": "138"},
        {"identities": None},
        shown("138", None, 5, {"kind": "phone"}, {"kind": "phone", "value": 138}),
    ],
)
def test_what_is_no_list_of_handles_stays_as_it_is(keys: HandleKeys, odd: dict[str, Any]) -> None:
    assert keys.sealed(odd) == odd
    assert keys.opened(odd) == odd


def test_what_was_never_sealed_is_opened_as_it_is(keys: HandleKeys) -> None:
    assert keys.opened(shown(PHONE)) == shown(PHONE)


def test_a_letter_is_sealed_whole_and_opened_by_its_own_keys_alone(
    keys: HandleKeys, strange: HandleKeys
) -> None:
    kept = keys.sealed_letter(b'{"phone": "138"')
    assert b"138" not in kept
    assert keys.opened_letter(kept) == b'{"phone": "138"'
    with pytest.raises(UnusableData, match=r"put back the secrets.json that belongs to"):
        strange.opened_letter(kept)
