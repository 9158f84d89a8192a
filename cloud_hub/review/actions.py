"""What a person says to a question, and how one is put."""

from typing import Final

from pydantic import BaseModel

from cloud_hub.access.permissions import Permission
from cloud_hub.review.answers import Opinion, answer_item
from cloud_hub.review.questions import report_wrong
from cloud_hub.review.tables import Answer
from cloud_hub.web.actions import Acting, Action, Declined, Done

ANSWER_QUESTION: Final = "answer-question"
REPORT_WRONG: Final = "report-wrong"


class OpinionForm(BaseModel):
    """A question, and what it is: `sku:GTIN`, or one of Answer alone."""

    item_id: str
    answer: str


class WrongForm(BaseModel):
    """A slot that does not show what the page says."""

    fixture_id: str
    slot_id: str


def _answer(act: Acting, form: OpinionForm) -> Done | Declined:
    kind, _, gtin = form.answer.partition(":")
    if kind not in list(Answer):
        return Declined(message=act.words("This page is out of date. Load it again."))
    opinion = Opinion(answer=Answer(kind), gtin=gtin or None)
    answer_item(act.session, act.viewer, form.item_id, opinion, act.now)
    return Done(message=act.words("Answered."))


def _report(act: Acting, form: WrongForm) -> Done:
    report_wrong(act.session, act.viewer, form.fixture_id, form.slot_id, act.now)
    return Done(message=act.words("A person is asked about {slot}.", slot=form.slot_id))


ACTIONS: Final = (
    Action(name=ANSWER_QUESTION, form=OpinionForm, permission=Permission.ANSWER_REVIEW, do=_answer),
    Action(name=REPORT_WRONG, form=WrongForm, permission=Permission.ANSWER_REVIEW, do=_report),
)
