"""Review: one product at a shelf's front at a time; a person says what it is."""

from urllib.parse import urlencode

from cloud_hub.access.permissions import Permission
from cloud_hub.review.accuracy_part import published_line
from cloud_hub.review.actions import ANSWER_QUESTION
from cloud_hub.review.view import ProductChoice, Question, ReviewView
from cloud_hub.web.forms.buttons import act_form, press
from cloud_hub.web.markup import Markup, el
from cloud_hub.web.parts.icon import icon
from cloud_hub.web.parts.panel import panel
from cloud_hub.web.parts.thumbnail import thumbnail
from cloud_hub.web.reader import Reader


def review_page(view: ReviewView, reader: Reader, fixture_id: str | None = None) -> Markup:
    """The next question, of one fixture or of all, and what the answers make: the published
    accuracy."""
    words = reader.words
    waiting = words("{count} waiting", count=words.number(view.waiting))
    done = words("{count} answered today", count=words.number(view.answered_lately))
    return el(
        "div",
        el(
            "header",
            el("h1", words("Review")),
            el("p", el("b", waiting, data_fact="waiting"), " · ", done, class_="quiet"),
            class_="page-head",
        ),
        _question(view, view.question, reader, fixture_id)
        if view.question
        else panel(
            words("What is this?"),
            el("p", icon("check"), words("No question waits."), class_="calm"),
        ),
        panel(
            words("How right recognition is"),
            published_line(view.published, reader),
            el(
                "p",
                words(
                    "Measured on products drawn by chance, which people judge here without knowing"
                    " what the device took them for."
                ),
                class_="quiet",
            ),
            el(
                "p",
                words(
                    "Some are judged by two people who do not know of each other. Where they"
                    " disagree a third decides; until then it counts nowhere."
                ),
                class_="quiet",
            ),
        ),
        class_="page page-review",
    )


def _question(
    view: ReviewView, question: Question, reader: Reader, fixture_id: str | None
) -> Markup:
    words = reader.words
    place = f"{words.of(question.store_name)} · {words.of(question.fixture_name)}"
    where = f"{place} · {question.slot_id}" if question.slot_id else place
    return el(
        "section",
        el(
            "div",
            thumbnail(question.photo, reader, slot_id=question.slot_id or question.item_id),
            el(
                "p",
                el("a", where, href=reader.link(Permission.SEE_SHELF, question.fixture_id)),
                " · ",
                words.moment(question.photo.taken_at, reader.now),
                class_="quiet",
            ),
            class_="review-crop",
        ),
        el(
            "div",
            el("h2", words("What is this?")),
            act_form(
                ANSWER_QUESTION,
                reader,
                {"item_id": question.item_id},
                [
                    _choice(number, choice, reader)
                    for number, choice in enumerate(question.choices, start=1)
                ],
                class_="review-choices",
            ),
            _list(view.others, question, reader) if view.others else None,
            act_form(
                ANSWER_QUESTION,
                reader,
                {"item_id": question.item_id},
                _rest(reader),
                class_="answers",
            ),
            _later(question, reader, fixture_id) if view.waiting > 1 else None,
        ),
        class_="panel review-question",
        data_key=question.item_id,
        data_question=question.item_id,
    )


def _choice(number: int, choice: ProductChoice, reader: Reader) -> Markup:
    picture = (
        el("img", src=choice.url, alt="")
        if choice.url
        else el("span", icon("camera"), class_="thumb-none")
    )
    return press(
        ANSWER_QUESTION,
        "answer",
        f"sku:{choice.gtin}",
        picture,
        el("span", reader.words.of(choice.name)),
        el("kbd", str(number)),
        class_="review-choice",
        data_press=str(number),
    )


def _list(others: tuple[ProductChoice, ...], question: Question, reader: Reader) -> Markup:
    words = reader.words
    return act_form(
        ANSWER_QUESTION,
        reader,
        {"item_id": question.item_id},
        el(
            "select",
            [el("option", words.of(one.name), value=f"sku:{one.gtin}") for one in others],
            name="answer",
            aria_label=words("Another product"),
        ),
        el("button", words("It is this one"), type="submit", class_="button button-quiet"),
        class_="review-list",
    )


def _later(question: Question, reader: Reader, fixture_id: str | None) -> Markup:
    asked = {"after": question.item_id} | ({"fixture": fixture_id} if fixture_id else {})
    return el(
        "a",
        reader.words("Later"),
        " ",
        el("kbd", "L"),
        href=f"{reader.link(Permission.SEE_REVIEW)}?{urlencode(asked)}",
        class_="review-later",
        data_press="l",
    )


def _rest(reader: Reader) -> list[Markup]:
    words = reader.words
    rows = (
        ("foreign", words("Not on our list"), "0"),
        ("not-a-product", words("Not a product"), "n"),
        ("unclear", words("Cannot be told"), "u"),
    )
    return [
        press(
            ANSWER_QUESTION,
            "answer",
            answer,
            name,
            " ",
            el("kbd", key.upper()),
            class_="button button-quiet",
            data_press=key,
        )
        for answer, name, key in rows
    ]
