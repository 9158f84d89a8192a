"""Questions about pictures: the hub asks them, people answer."""

from datetime import datetime

import sqlalchemy as sa

from cloud_hub.access.viewer import Viewer
from cloud_hub.core.storage.bulk_insert import insert_new
from cloud_hub.insight.snapshot import load_snapshot
from cloud_hub.review.answers import Opinion, answer_item
from cloud_hub.review.questions import plan_review
from cloud_hub.review.tables import Answer, ReviewItem
from tests.small_chain import (
    NOW,
    PLAN,
    TENANT,
    SmallChain,
    head_office,
)

NEVER = 10**15
"""So rare a sample that none is drawn."""


UNKNOWN = {**PLAN, "A-1-3": None}


def ask(chain: SmallChain, one_in: int = NEVER) -> list[ReviewItem]:
    """Lets the hub look at its photos; every question there is now."""
    chain.flush()
    with chain.database.writing() as session:
        snapshot = load_snapshot(session, TENANT, NOW)
        assert snapshot is not None
        insert_new(session, ReviewItem, plan_review(session, snapshot, one_in, NEVER))
    return questions(chain)


def questions(chain: SmallChain) -> list[ReviewItem]:
    with chain.reading() as session:
        rows = session.scalars(sa.select(ReviewItem).order_by(ReviewItem.taken_at)).all()
        session.expunge_all()
    return list(rows)


def say(
    chain: SmallChain,
    item_id: str,
    answer: Answer,
    gtin: str | None = None,
    who: Viewer | None = None,
    *,
    at: datetime = NOW,
) -> None:
    with chain.database.writing() as session:
        answer_item(session, who or head_office(), item_id, Opinion(answer=answer, gtin=gtin), at)
