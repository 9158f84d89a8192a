"""The words of each language: complete, compiled, and with the same blanks to fill in."""

import re

import pytest
from babel.messages.catalog import Catalog, Message

from cloud_hub.core.catalogues import languages
from cloud_hub.web.catalogue import (
    compiled,
    is_translated,
    messages,
    po_file,
    read_catalogue,
    translated,
)

BLANK = re.compile(r"\{(\w+)\}")


@pytest.fixture(params=translated())
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def entries(catalogue: Catalog) -> dict[tuple[str | None, str], Message]:
    """Every message by its context and its words; of one that counts, those of one."""
    named = ((m, m.id if isinstance(m.id, str) else m.id[0]) for m in catalogue if m.id)
    return {(message.context, words): message for message, words in named}


def forms(words: str | tuple[str, ...] | list[str]) -> list[str]:
    return [words] if isinstance(words, str) else list(words)


def test_every_word_of_the_pages_is_translated(language: str) -> None:
    there = {
        key for key, message in entries(read_catalogue(language)).items() if is_translated(message)
    }
    assert set(entries(messages())) - there == set(), "run: make locale, then translate"


def test_nothing_is_translated_that_no_page_says(language: str) -> None:
    assert set(entries(read_catalogue(language))) <= set(entries(messages()))


def test_the_compiled_words_are_those_of_the_catalogue(language: str) -> None:
    file = po_file(language).with_suffix(".mo")
    assert file.read_bytes() == compiled(read_catalogue(language))


def test_translations_fill_in_the_same_blanks(language: str) -> None:
    for message in entries(read_catalogue(language)).values():
        for form in forms(message.string):
            asked = [set(BLANK.findall(words)) for words in forms(message.id)]
            assert set(BLANK.findall(form)) in asked, message.id


def test_every_catalogue_is_a_language_to_read_in() -> None:
    assert languages() == ("en", *(name.replace("_", "-") for name in translated()))
