"""What shoppers are known by, in one spelling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_profiles.values.handles import PLACEHOLDERS, is_placeholder, normal_form

MOBILE = "+8613800138000"


@pytest.mark.parametrize(
    "text",
    [
        *("13800138000", "138 0013 8000", "138-0013-8000", " 138.0013.8000 ", "(138)00138000"),
        *("+8613800138000", "+86 138-0013-8000", "0086 13800138000", "(0086)138 0013 8000"),
        *("00 86 13800138000", "+86 (0)138 0013 8000", "(0)13800138000", "013800138000"),
        *("86 13800138000", "8613800138000", "tel:+86-138-0013-8000", "１３８００１３８０００"),
        *("＋８６　１３８００１３８０００", "（０）１３８００１３８０００", "١٣٨٠٠١٣٨٠٠٠"),
        *("\u200b13800138000", "\u202a+86 138 0013 8000\u202c", "138\u00a00013\u00a08000"),
        *("手机：13800138000", "Tel. 138-0013-8000"),
    ],
)
@pytest.mark.parametrize("kind", ["phone", "mobile"])
def test_every_way_to_write_a_telephone_number_is_one(kind: str, text: str) -> None:
    assert normal_form(kind, text, "CN") == MOBILE


@pytest.mark.parametrize(
    ("text", "country", "normal"),
    [
        ("+44 (0)20 7946 0000", "CN", "+442079460000"),
        ("020 7946 0000", "GB", "+442079460000"),
        ("(212) 736-5000", "US", "+12127365000"),
        ("011 86 138 0013 8000", "US", MOBILE),
        ("0086 138 0013 8000", "US", MOBILE),
        ("0171 1234567", "DE", "+491711234567"),
        ("010-62345678", "CN", "+861062345678"),
        ("13800138000 ext. 5", "CN", "+8613800138000;ext=5"),
        ("+86 138 0013 8000", None, MOBILE),
        ("138 0013 8000", None, "13800138000"),
    ],
)
def test_the_country_says_what_a_number_without_one_means(
    text: str, country: str | None, normal: str
) -> None:
    assert normal_form("phone", text, country) == normal


NOTHING = [
    *("", " ", "-", "--", "—", "...", "?", "*", "/", "\u200b", "\u3000", "_", "（）"),
    *("n/a", "N/A", "Ｎ／Ａ", "n.a.", "NA", "#N/A", "#REF!", "#DIV/0!", "#VALUE!"),
    *("none", "None", "NONE", "(none)", "<null>", "NULL", "nil", "nan", "NaN", "undefined"),
    *("无", "無", "没有", "沒有", "未知", "不详", "暂无", "散客", "[无]", "无。", "なし", "없음"),
    *("0", "00000", "０００００", "000-0000-0000", "0.0", "unknown", "walk-in", "keine", "нет"),
    *("test", "xxx", "No phone", "not available", "Laufkunde"),
]


@pytest.mark.parametrize("text", NOTHING)
@pytest.mark.parametrize("kind", ["phone", "email", "member", "card", "openid"])
def test_what_people_write_for_nothing_is_no_handle(kind: str, text: str) -> None:
    assert normal_form(kind, text, "CN") is None


@pytest.mark.parametrize(
    "text",
    [*("1", "12", "1234", "11111111", "88888888888", "+86 11111111111"), "1234567890", "call me"],
)
def test_what_is_no_telephone_number_of_anybody_is_no_handle(text: str) -> None:
    assert normal_form("phone", text, "CN") is None


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("Anna@Example.COM", "anna@example.com"),
        (" mailto:anna@example.com ", "anna@example.com"),
        ("Anna B. <anna@example.com>", "anna@example.com"),
        ("ａｎｎａ＠ｅｘａｍｐｌｅ．ｃｏｍ", "anna@example.com"),
        ("anna@example.com.", "anna@example.com"),
        ("anna@bücher.example", "anna@xn--bcher-kva.example"),
        ("an.na+shop@example.com", "an.na+shop@example.com"),
        ("anna", None),
        ("anna@", None),
        ("@example.com", None),
        ("anna@localhost", None),
        ("none@none.com", None),
        ("test@test.test", None),
    ],
)
def test_an_address_is_one_in_any_case_and_dress(text: str, normal: str | None) -> None:
    assert normal_form("email", text) == normal


@pytest.mark.parametrize(
    ("kind", "text", "normal"),
    [
        ("member", " 80012345 ", "80012345"),
        ("member", "8001 2345", "80012345"),
        ("member", "8001-2345", "80012345"),
        ("member", "８００１２３４５", "80012345"),
        ("member", "080012345", "080012345"),
        ("member", " Ab-1 ", "ab-1"),
        ("member", "80012345.0", "80012345.0"),
        ("card", "STRASSE", "strasse"),
        ("card", "ﬁne", "fine"),
        ("openid", " oAb ", "oAb"),
        ("cookie", "aB", "aB"),
        ("unionid", "o6_bmas-7", "o6_bmas-7"),
    ],
)
def test_what_people_type_is_read_in_any_case_and_what_machines_make_in_its_own(
    kind: str, text: str, normal: str
) -> None:
    assert normal_form(kind, text) == normal


@pytest.mark.parametrize("text", ["No1", "NA-7", "Test-Kunde 5", "0001", "x1", "无锡001"])
def test_what_only_begins_like_a_placeholder_is_a_handle(text: str) -> None:
    assert not is_placeholder(text)


def test_every_word_for_nothing_is_written_as_it_is_looked_up() -> None:
    assert all(is_placeholder(word) for word in PLACEHOLDERS)


@given(
    kind=st.sampled_from(["phone", "email", "member", "openid"]),
    text=st.text(max_size=30),
    country=st.sampled_from(["CN", "US", None]),
)
def test_a_normal_form_is_its_own_normal_form(kind: str, text: str, country: str | None) -> None:
    once = normal_form(kind, text, country)
    assert once is None or normal_form(kind, once, country) == once
