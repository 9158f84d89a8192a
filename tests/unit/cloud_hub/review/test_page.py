"""The page of questions, drawn."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from cloud_hub.review.page import review_page
from cloud_hub.review.view import ProductChoice, Question, ReviewView
from cloud_hub.web.photo import Box, BoxKind
from device_profiles.names import Names
from tests.stage.page_parts import NOW, a_photo, a_reader, a_recognition

BOX = Box(x1=1, y1=1, x2=9, y2=9, kind=BoxKind.UNKNOWN, label=None, score=None, slot_id="q1")
QUESTION = Question(
    item_id="q1",
    store_id="s01",
    store_name=Names(en="<Gate>"),
    fixture_id="s01-a",
    fixture_name=Names(en="Cooler A"),
    slot_id=None,
    photo=a_photo(boxes=(BOX,)),
    choices=(
        ProductChoice(gtin="1", name=Names(en="<Tea>"), url="/api/v1/references/1/a"),
        ProductChoice(gtin="2", name=Names(en="Cola"), url=None),
    ),
)
VIEW = ReviewView(
    now=NOW,
    local_now=NOW.astimezone(ZoneInfo("Etc/GMT-8")),
    time_zone="Etc/GMT-8",
    waiting=1200,
    doubts=3,
    answered_lately=7,
    question=QUESTION,
    others=(ProductChoice(gtin="3", name=Names(en="<Ice>"), url=None),),
    published=a_recognition(),
)


def drawn(fixture_id: str | None = None, **changes: object) -> str:
    return str(review_page(replace(VIEW, **changes), a_reader(), fixture_id))


def test_without_a_question_the_page_is_calm_and_tells_the_accuracy_all_the_same() -> None:
    page = drawn(question=None, others=(), waiting=0)
    assert "No question waits." in page
    assert "<button" not in page
    assert "98.5 % at 93 % coverage" in page


def test_how_many_wait_and_were_answered_is_told() -> None:
    page = drawn()
    assert "1,200 waiting" in page
    assert "7 answered today" in page


def test_each_choice_can_be_pressed_and_has_its_key() -> None:
    page = drawn()
    assert 'value="sku:1" data-act="answer-question"' in page
    assert "&lt;Tea&gt;" in page
    assert "<kbd>1</kbd>" in page
    assert 'data-press="2"' in page
    assert page.count('src="/api/v1/references/') == 1, "nobody gave a picture of the other"


def test_what_is_no_product_of_the_list_can_be_said() -> None:
    page = drawn()
    for answer, key in (("foreign", "0"), ("not-a-product", "n"), ("unclear", "u")):
        assert f'value="{answer}"' in page
        assert f'data-press="{key}"' in page


def test_every_other_product_stands_in_a_list_where_there_are_any() -> None:
    page = drawn()
    assert '<option value="sku:3">&lt;Ice&gt;</option>' in page
    assert "<select" not in drawn(others=())


def test_the_crop_leads_to_its_shelf_and_names_its_slot_where_it_has_one() -> None:
    assert '<a href="/shelf/s01-a">&lt;Gate&gt; · Cooler A</a>' in drawn()
    in_slot = replace(QUESTION, slot_id="A-1-2")
    assert "&lt;Gate&gt; · Cooler A · A-1-2</a>" in drawn(question=in_slot)


def test_later_leads_to_the_next_question_of_the_same_shelf() -> None:
    assert 'href="/review?after=q1"' in drawn()
    assert 'href="/review?after=q1&amp;fixture=s01-a"' in drawn("s01-a")
    assert "after=q1" not in drawn(waiting=1), "there is no other"
