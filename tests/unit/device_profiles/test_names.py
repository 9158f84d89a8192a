"""Names by language: what a file may tell, and what a reader is told."""

import pytest
from pydantic import ValidationError

from device_profiles.names import Names, certificate_name, certificate_uri, device_of_uri
from device_profiles.store import BrandProfile

TEA = Names(en="Tea", zh="茶")


def brand_named(name: object) -> Names:
    return BrandProfile.model_validate({"brand_id": "b", "name": name}).name


def test_a_file_tells_texts_by_language_or_one_text_for_all() -> None:
    assert brand_named({"zh": "茶", "en": "Tea"}) == TEA
    assert brand_named({"pt-BR": "Chá"}).text("pt") == "Chá"
    plain = brand_named("Coca-Cola")
    assert {plain.text(language) for language in ("en", "zh", "es")} == {"Coca-Cola"}
    assert plain == Names.same("Coca-Cola")


def test_what_was_read_is_written_the_same() -> None:
    read = BrandProfile(brand_id="b", name=TEA)
    assert read.model_dump(mode="json")["name"] == {"en": "Tea", "zh": "茶"}
    assert BrandProfile.model_validate_json(read.model_dump_json()) == read
    plain = BrandProfile(brand_id="b", name=Names.same("Cola"))
    assert BrandProfile.model_validate_json(plain.model_dump_json()) == plain


@pytest.mark.parametrize(
    ("names", "language", "told"),
    [
        (TEA, "zh", "茶"),
        (TEA, "zh-CN", "茶"),
        (TEA, "es", "Tea"),
        (Names({"zh-Hant": "茶葉"}), "zh", "茶葉"),
        (Names({"zh-Hant": "茶葉", "zh": "茶"}), "zh-TW", "茶"),
        (Names({"und": "Cola", "zh": "可乐"}), "es", "Cola"),
        (Names(fr="Thé", zh="茶"), "es", "Thé"),
        (Names(en="", zh="茶"), "en", "茶"),
        (Names(), "en", ""),
    ],
)
def test_a_reader_is_told_the_nearest_language_there_is(
    names: Names, language: str, told: str
) -> None:
    assert names.text(language) == told


def test_equal_names_are_one_whatever_their_order() -> None:
    assert len({TEA, Names({"zh": "茶", "en": "Tea"})}) == 1
    assert Names(en="Tea") != TEA


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ({}, "a name is a text or texts by language"),
        (7, "a name is a text or texts by language"),
        ({"Englisch": "Tea"}, "'Englisch' is no language tag"),
        ({"en": 7}, "the name in 'en' is not a text"),
    ],
)
def test_a_name_that_cannot_be_meant_is_refused_in_one_line(name: object, problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        brand_named(name)


def test_a_device_is_called_by_its_chain_and_itself_in_a_certificate() -> None:
    assert certificate_name("linguang", "s01-till") == "linguang.s01-till"
    assert device_of_uri(certificate_uri("linguang", "s01-till")) == ("linguang", "s01-till")


def test_long_names_fit_a_common_name_and_stay_apart() -> None:
    tenant, device = "t" * 40, "d" * 40
    names = {certificate_name(tenant, device[:-1] + last) for last in "abc"}
    assert {len(name) for name in names} == {64}
    assert len(names) == 3
    assert certificate_name(tenant, device) == certificate_name(tenant, device)
    assert certificate_name("t" * 40, "d" * 23) == f"{'t' * 40}.{'d' * 23}"


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "urn:aisle:hub",
        "urn:aisle:a:b:c",
        "urn:aisle:A:b",
        "urn:aisle:a:b\n",
        "urn:aisle::b",
        "https://a/b",
    ],
)
def test_other_uris_name_no_device(uri: str) -> None:
    assert device_of_uri(uri) is None
