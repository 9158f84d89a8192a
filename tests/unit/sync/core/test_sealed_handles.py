"""Handles that their hub alone can read."""

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from sync.core.sealed_handles import SEALED, UnreadableHandle, open_sealed, public_text, seal

KEY = X25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = X25519PrivateKey.from_private_bytes(bytes(range(1, 33)))


@given(st.text(max_size=200))
def test_what_is_sealed_comes_back_with_its_key(value: str) -> None:
    assert open_sealed(seal(value, public_text(KEY)), KEY) == value


def test_a_handle_is_sealed_anew_each_time_and_cannot_be_seen() -> None:
    one, other = (seal("13800138000", public_text(KEY)) for _ in range(2))
    assert one != other
    assert one.startswith(SEALED)
    assert "13800138000" not in one


def test_another_hub_and_a_changed_text_read_nothing() -> None:
    sealed = seal("13800138000", public_text(KEY))
    for text, key in ((sealed, OTHER), (sealed[:-6] + "AAAAA=", KEY), (SEALED + "x", KEY)):
        with pytest.raises(UnreadableHandle):
            open_sealed(text, key)


def test_what_was_never_sealed_is_read_as_it_is() -> None:
    assert open_sealed("13800138000", KEY) == "13800138000"


@pytest.mark.parametrize("key", ["", "x", "AAAA"])
def test_a_key_that_is_none_seals_nothing(key: str) -> None:
    with pytest.raises(UnreadableHandle, match="key"):
        seal("13800138000", key)
