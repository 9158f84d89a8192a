"""What people say to the questions about pictures, and what holds when two of them were asked.

Some questions are put to two people, who see neither that there are two nor what the other said.
Where they disagree nothing holds until a third person has answered.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.access.audit_log import Act, record_act
from cloud_hub.access.permissions import Permission
from cloud_hub.access.viewer import Viewer
from cloud_hub.core.errors import AlreadyDone, NotFound, Refused
from cloud_hub.master_data.goods_tables import ProductRow
from cloud_hub.review.questions import visible_items
from cloud_hub.review.tables import Answer, ReviewItem, ReviewOpinion


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What a person says a product is. `gtin` comes with Answer.SKU, and with no other."""

    answer: Answer
    gtin: str | None = None


def is_open_to(viewer: Viewer) -> sa.ColumnElement[bool]:
    """Whether the viewer may see a question and is still asked, as a condition on ReviewItem."""
    own = sa.exists().where(
        ReviewOpinion.tenant_id == ReviewItem.tenant_id,
        ReviewOpinion.item_id == ReviewItem.item_id,
        ReviewOpinion.answered_by == viewer.login_name,
    )
    return sa.and_(visible_items(viewer), ReviewItem.wanted_answers > 0, ~own)


def answer_item(
    session: Session, viewer: Viewer, item_id: str, said: Opinion, now: datetime
) -> None:
    """Notes what a person says it is. Raises NotYours, NotFound, and Refused for an answer that
    makes no sense or a question of which nobody, or not this person, is asked any more."""
    viewer.require(Permission.ANSWER_REVIEW)
    item = session.scalars(
        sa.select(ReviewItem).where(ReviewItem.item_id == item_id, visible_items(viewer))
    ).one_or_none()
    if item is None:
        raise NotFound(f"there is no question {item_id!r} for this login")
    given = _opinions(session, item)
    if item.wanted_answers == 0 or any(one.answered_by == viewer.login_name for one in given):
        raise AlreadyDone(f"question {item_id!r} was answered already")
    answer, gtin = said.answer, said.gtin
    if (answer is Answer.SKU) != (gtin is not None):
        raise Refused("a product's answer names its GTIN, any other names none", status=422)
    if gtin is not None and session.get(ProductRow, (viewer.tenant_id, gtin)) is None:
        raise Refused(f"{gtin} is no product of this chain", status=422)
    opinion = ReviewOpinion(
        tenant_id=viewer.tenant_id,
        item_id=item_id,
        answered_by=viewer.login_name,
        answered_at=now,
        answer=answer.value,
        answer_gtin=gtin,
    )
    session.add(opinion)
    _settle(item, [*given, opinion])
    record_act(
        session,
        Act(
            tenant_id=viewer.tenant_id,
            actor=viewer.login_name,
            action="review-answered",
            subject=item_id,
            detail={"answer": answer.value, "gtin": gtin, "seen": item.seen_gtin},
        ),
        now,
    )


def _opinions(session: Session, item: ReviewItem) -> Sequence[ReviewOpinion]:
    """Everybody's so far, the first first."""
    return session.scalars(
        sa.select(ReviewOpinion)
        .where(ReviewOpinion.tenant_id == item.tenant_id, ReviewOpinion.item_id == item.item_id)
        .order_by(ReviewOpinion.answered_at)
    ).all()


def _settle(item: ReviewItem, opinions: Sequence[ReviewOpinion]) -> None:
    """What holds now: the only answer, or what two people say; of three that all differ, that the
    picture does not tell."""
    last = opinions[-1]
    counted = Counter((one.answer, one.answer_gtin) for one in opinions)
    (answer, gtin), times = counted.most_common(1)[0]
    item.wanted_answers -= 1
    if len(opinions) == 2 and times == 1:
        item.wanted_answers = 1
        item.answer = item.answer_gtin = item.answered_at = item.answered_by = None
        return
    if len(opinions) > 2 and times == 1:
        answer, gtin = Answer.UNCLEAR.value, None
    item.answer, item.answer_gtin = answer, gtin
    item.answered_at, item.answered_by = last.answered_at, last.answered_by
