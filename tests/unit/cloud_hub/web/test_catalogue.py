"""The Chinese words: complete, compiled, and with the same blanks to fill in."""

import re

import pytest

from cloud_hub.web.catalogue import TRANSLATED, compiled, messages, po_file, read_catalogue

BLANK = re.compile(r"\{(\w+)\}")


@pytest.fixture(params=TRANSLATED)
def language(request):
    return request.param


def test_every_word_of_the_pages_is_translated(language):
    catalogue = read_catalogue(language)
    said = {message.id for message in messages() if message.id}
    missing = {text for text in said if not (catalogue.get(text) and catalogue.get(text).string)}
    assert missing == set(), "run: python -m cloud_hub.web.catalogue, then translate"


def test_nothing_is_translated_that_no_page_says(language):
    said = {message.id for message in messages()}
    assert {message.id for message in read_catalogue(language) if message.id} <= said


def test_the_compiled_words_are_those_of_the_catalogue(language):
    file = po_file(language).with_suffix(".mo")
    assert file.read_bytes() == compiled(read_catalogue(language))


def test_translations_fill_in_the_same_blanks(language):
    for message in read_catalogue(language):
        if message.id:
            assert set(BLANK.findall(message.id)) == set(BLANK.findall(message.string))
