"""Pages with nothing to show."""

import pytest

from cloud_hub.web.pages.message import (
    COMMANDS,
    broken_page,
    first_run_page,
    message_page,
    not_found_page,
    not_yours_page,
)
from cloud_hub.web.words import UTC, Words

EN, ZH = Words("en", UTC), Words("zh", UTC)


def test_a_message_is_a_card_with_a_way_on_where_there_is_one() -> None:
    page = str(message_page("<Title>", "A & b", link=("/x?a=1&b=2", "On")))
    assert "<h1>&lt;Title&gt;</h1>" in page
    assert "A &amp; b" in page
    assert '<a href="/x?a=1&amp;b=2" class="button">On</a>' in page
    assert "<a" not in str(message_page("Title", "Text"))


@pytest.mark.parametrize("page", [not_found_page, not_yours_page, broken_page])
def test_each_message_leads_to_the_first_page_in_every_language(page) -> None:
    assert 'href="/"' in str(page(EN))
    assert str(page(EN)) != str(page(ZH))


def test_the_messages_are_told_apart() -> None:
    assert "There is nothing here" in str(not_found_page(EN))
    assert "not for your login" in str(not_yours_page(EN))
    assert "could not be drawn" in str(broken_page(EN))


def test_a_hub_without_stores_says_which_commands_fill_it() -> None:
    page = str(first_run_page(EN))
    assert page.count("<pre>") == len(COMMANDS)
    for command in COMMANDS:
        assert command in page
