"""Claim codes: what goes in comes out, and nothing else ever does."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_profiles.claim_code import (
    SCHEME,
    ClaimCode,
    InvalidClaimCode,
    decode,
    encode,
    is_hub_address,
)

CODE = ClaimCode(
    hub_url="https://hub.example.org:8443",
    tenant="linguang",
    device="s01-till",
    claim_token="a token, not guessed: ß茶",
    fingerprint="0f" * 32,
)
IDENTIFIER = st.from_regex(r"[a-z0-9-]{1,40}", fullmatch=True)


@given(
    IDENTIFIER,
    IDENTIFIER,
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=200),
    st.none() | st.binary(min_size=32, max_size=32).map(bytes.hex),
)
def test_what_was_written_is_read_the_same(
    tenant: str, device: str, token: str, fingerprint: str | None
) -> None:
    code = ClaimCode(
        hub_url=CODE.hub_url,
        tenant=tenant,
        device=device,
        claim_token=token,
        fingerprint=fingerprint,
    )
    assert decode(encode(code)) == code


def test_a_code_that_was_copied_over_several_lines_is_read() -> None:
    text = encode(CODE)
    assert decode(f"  {text[:30]}\n  {text[30:]}\r\n") == CODE


@given(st.text(max_size=300) | st.text(max_size=300).map(SCHEME.__add__))
def test_any_other_text_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(InvalidClaimCode) as refused:
        decode(text)
    assert "\n" not in str(refused.value)


@given(st.data())
def test_a_code_with_one_character_gone_is_refused_or_says_another_device_or_hub(
    data: st.DataObject,
) -> None:
    text = encode(CODE)
    at = data.draw(st.integers(0, len(text) - 1))
    try:
        read = decode(text[:at] + text[at + 1 :])
    except InvalidClaimCode:
        return
    assert read != CODE


def parts(*texts: str | bytes) -> str:
    sent = [text if isinstance(text, bytes) else text.encode() for text in texts]
    return SCHEME + ".".join(base64.urlsafe_b64encode(one).decode().rstrip("=") for one in sent)


@pytest.mark.parametrize(
    "text",
    [
        "",
        SCHEME,
        SCHEME + "....",
        parts("https://hub", "t", "d", "token"),
        parts("https://hub", "t", "d", "token", b"", b""),
        parts("https://hub", "t", "d", "token", b"short"),
        parts("https://hub", "T", "d", "token", b""),
        parts("https://hub", "t", "d/../e", "token", b""),
        parts("https://hub", "t", "d", "", b""),
        parts("https://hub", "t", "d", "a\x00b", b""),
        parts("https://hub", "t", "d", b"\xff\xfe", b""),
        parts("http://hub.example.org", "t", "d", "token", b""),
        parts("ftp://hub", "t", "d", "token", b""),
        parts("hub", "t", "d", "token", b""),
        parts("https://", "t", "d", "token", b""),
        parts("https://hub", "t", "d", "x" * 5000, b""),
        "x" * 100_000,
    ],
)
def test_codes_of_odd_kinds_are_refused(text: str) -> None:
    with pytest.raises(InvalidClaimCode):
        decode(text)


def test_a_code_that_could_not_be_read_again_is_not_written() -> None:
    with pytest.raises(InvalidClaimCode, match="https"):
        encode(ClaimCode(hub_url="http://10.0.0.1", tenant="t", device="d", claim_token="x"))


def test_a_code_in_a_log_tells_no_token() -> None:
    assert CODE.claim_token not in repr(CODE)


@pytest.mark.parametrize(
    ("url", "is_one"),
    [
        ("https://hub:8443", True),
        ("https://10.0.0.1", True),
        ("http://127.0.0.1:8080", True),
        ("http://localhost:8080", True),
        ("http://[::1]:8080", True),
        ("http://10.0.0.1:8080", False),
        ("http://hub", False),
        ("http://127.0.0.1.example.org", False),
        ("https://user:password@hub", False),
        ("https://hub:99999", False),
        ("https://[::", False),
    ],
)
def test_a_device_speaks_by_tls_or_on_its_own_machine(url: str, is_one: bool) -> None:
    assert is_hub_address(url) is is_one
