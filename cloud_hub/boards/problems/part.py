"""Needs you now: what is wrong, where, since when, whose it is, and one thing to do about it."""

from cloud_hub.access.permissions import Permission
from cloud_hub.boards.problems.row import ProblemRow
from cloud_hub.tasks.actions import ANSWER_TASK, TaskReply
from cloud_hub.web.forms.buttons import act_form, press
from cloud_hub.web.markup import Markup, el
from cloud_hub.web.parts.age import age
from cloud_hub.web.parts.icon import icon
from cloud_hub.web.parts.money import cost_mark
from cloud_hub.web.parts.thumbnail import thumbnail
from cloud_hub.web.reader import Reader
from cloud_hub.web.roles import role_name


def findings(rows: tuple[ProblemRow, ...], reader: Reader, *, at_most: int | None = None) -> Markup:
    """The problems, dearest first; a calm line where there is none."""
    words = reader.words
    if not rows:
        return el("p", icon("check"), words("Nothing needs you now."), class_="calm")
    shown = rows[:at_most]
    more = len(rows) - len(shown)
    return el(
        "div",
        el("ul", [finding(row, reader) for row in shown], class_="findings"),
        el("p", words("and {count} more on the stores' pages", count=more), class_="quiet more")
        if more
        else None,
    )


def finding(row: ProblemRow, reader: Reader) -> Markup:
    """One problem: picture, sentence, since, owner, cost, one button."""
    words = reader.words
    return el(
        "li",
        thumbnail(row.photo, reader, slot_id=row.slot_id, instead=_subject(row)),
        el(
            "div",
            el("p", icon(row.severity.value), _sentence(row, reader), class_="finding-text"),
            el(
                "p",
                el("span", words("since {clock}", clock=words.moment(row.since, reader.now))),
                el("span", age(row.since, reader)),
                el("span", role_name(row.owner, words)),
                cost_mark(row.cost, reader),
                class_="facts",
            ),
            class_="finding-body",
        ),
        _button(row, reader),
        class_=f"finding finding-{row.severity.value}",
        data_key=row.key,
        data_finding=row.kind,
    )


def _subject(row: ProblemRow) -> str:
    if row.fixture_id is not None:
        return "camera"
    return "link" if row.device_id is not None else "store"


def finding_address(row: ProblemRow, reader: Reader) -> str | None:
    """The most exact page of a problem that this reader may open."""
    if row.fixture_id and (link := reader.link(Permission.SEE_SHELF, row.fixture_id)):
        return f"{link}?slot={row.slot_id}" if row.slot_id else link
    if row.device_id and (link := reader.link(Permission.SEE_DEVICE, row.device_id)):
        return link
    return reader.link(Permission.SEE_STORE, row.store_id) if row.store_id else None


def _sentence(row: ProblemRow, reader: Reader) -> Markup:
    address = finding_address(row, reader)
    said = reader.words.of(row.sentence)
    return el("a", said, href=address) if address else el("span", said)


def _button(row: ProblemRow, reader: Reader) -> Markup | None:
    words, may_answer = reader.words, reader.viewer.may(Permission.ANSWER_TASKS)
    if row.task_answered:
        return el("span", icon("check"), words("answered"), class_="done")
    if row.button is not None and row.task_id is not None and may_answer:
        accepted = TaskReply.ACCEPTED.value
        button = press(ANSWER_TASK, "answer", accepted, words.of(row.button), class_="button")
        return act_form(ANSWER_TASK, reader, {"task_id": row.task_id}, button)
    address = finding_address(row, reader)
    if address is not None and address.split("?")[0] == reader.here:
        return None
    return el("a", words("Look"), href=address, class_="button") if address else None
