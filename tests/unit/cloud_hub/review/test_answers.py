"""Two people asked the same: what holds, who is asked next, and what is published of it."""

from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from cloud_hub.access.viewer import Viewer
from cloud_hub.core.errors import Refused
from cloud_hub.core.storage.bulk_insert import insert_new
from cloud_hub.core.storage.database import MIGRATIONS, open_database
from cloud_hub.insight.snapshot import load_snapshot
from cloud_hub.review.accuracy import Recognition, recognition
from cloud_hub.review.answers import Opinion, answer_item
from cloud_hub.review.questions import plan_review
from cloud_hub.review.tables import Answer, ReviewItem, ReviewOpinion
from cloud_hub.review.view import review_view
from device_profiles.store import LoginRole
from tests.small_chain import NOW, OWN, RIVAL, TEA, TENANT, SmallChain, local, viewer

OFFICE = replace(viewer(LoginRole.HEAD_OFFICE), login_name="office")
STORE = replace(viewer(LoginRole.STORE, "s01"), login_name="clerk")
BRAND = replace(viewer(LoginRole.BRAND, OWN), login_name="merchandiser")


@pytest.fixture
def chain(tmp_path: Path) -> SmallChain:
    return SmallChain.open(tmp_path, stores=2)


def ask_two(chain: SmallChain, photos: int = 1, twice_one_in: int = 1) -> list[str]:
    """Photos of which every named product is sampled; the questions' ids."""
    for number in range(photos):
        chain.photo(local(9, 10 * number))
    chain.flush()
    with chain.database.writing() as session:
        snapshot = load_snapshot(session, TENANT, NOW)
        assert snapshot is not None
        insert_new(session, ReviewItem, plan_review(session, snapshot, 1, twice_one_in))
    with chain.reading() as session:
        return list(session.scalars(sa.select(ReviewItem.item_id).order_by(ReviewItem.item_id)))


def say(chain: SmallChain, item_id: str, gtin: str | None, who: Viewer) -> None:
    """`who` says that it is `gtin`; None: that the picture does not tell."""
    with chain.database.writing() as session:
        answer = Answer.UNCLEAR if gtin is None else Answer.SKU
        answer_item(session, who, item_id, Opinion(answer=answer, gtin=gtin), NOW)


def item_of(chain: SmallChain, item_id: str) -> ReviewItem:
    with chain.reading() as session:
        item = session.get_one(ReviewItem, (TENANT, item_id))
        session.expunge(item)
    return item


def waiting(chain: SmallChain, who: Viewer) -> int:
    with chain.reading() as session:
        return review_view(session, who, NOW).waiting


def published(chain: SmallChain) -> Recognition:
    with chain.reading() as session:
        return recognition(session, TENANT, [], None, NOW)


def test_who_has_answered_is_not_asked_again_and_another_person_is(chain: SmallChain) -> None:
    first, *_ = ask_two(chain)
    assert (waiting(chain, OFFICE), waiting(chain, STORE)) == (6, 6)
    say(chain, first, TEA, OFFICE)
    assert (waiting(chain, OFFICE), waiting(chain, STORE)) == (5, 6)
    with pytest.raises(Refused, match="was answered already"):
        say(chain, first, TEA, OFFICE)
    assert (item_of(chain, first).answer_gtin, item_of(chain, first).wanted_answers) == (TEA, 1)


def test_two_who_agree_settle_a_question(chain: SmallChain) -> None:
    first, *_ = ask_two(chain)
    say(chain, first, TEA, OFFICE)
    say(chain, first, TEA, STORE)
    item = item_of(chain, first)
    assert (item.answer_gtin, item.wanted_answers) == (TEA, 0)
    assert waiting(chain, BRAND) == 5
    with pytest.raises(Refused, match="was answered already"):
        say(chain, first, TEA, BRAND)


def test_where_two_disagree_nothing_holds_until_a_third_has_answered(chain: SmallChain) -> None:
    first, *_ = ask_two(chain)
    say(chain, first, TEA, OFFICE)
    say(chain, first, RIVAL, STORE)
    item = item_of(chain, first)
    assert (item.answer, item.answer_gtin, item.answered_at) == (None, None, None)
    assert (waiting(chain, OFFICE), waiting(chain, STORE), waiting(chain, BRAND)) == (5, 5, 6)
    say(chain, first, RIVAL, BRAND)
    item = item_of(chain, first)
    assert (item.answer_gtin, item.wanted_answers) == (RIVAL, 0)


def test_three_different_answers_say_that_the_picture_does_not_tell(chain: SmallChain) -> None:
    first, *_ = ask_two(chain)
    for gtin, who in ((TEA, OFFICE), (RIVAL, STORE), (None, BRAND)):
        say(chain, first, gtin, who)
    item = item_of(chain, first)
    assert (item.answer, item.answer_gtin, item.wanted_answers) == ("unclear", None, 0)


def test_nobody_learns_that_another_was_asked_or_what_he_said(chain: SmallChain) -> None:
    first, *_ = ask_two(chain)
    with chain.reading() as session:
        alone = review_view(session, STORE, NOW).question
    say(chain, first, RIVAL, OFFICE)
    with chain.reading() as session:
        second = review_view(session, STORE, NOW).question
    assert alone is not None
    assert alone == second


def test_only_a_share_of_the_questions_is_asked_of_two(chain: SmallChain) -> None:
    ids = ask_two(chain, photos=5, twice_one_in=3)
    wanted = [item_of(chain, each).wanted_answers for each in ids]
    assert set(wanted) == {1, 2}
    assert wanted.count(2) < len(ids) / 2


def test_agreement_is_published_beside_the_accuracy_and_disputes_are_left_out_of_it(
    chain: SmallChain,
) -> None:
    ids = ask_two(chain, photos=5)
    for number, each in enumerate(ids):
        right = item_of(chain, each).seen_gtin
        say(chain, each, right, OFFICE)
        say(chain, each, RIVAL if number < 3 else right, STORE)
    told = published(chain)
    assert (told.judged_twice, told.agreement, told.unsettled) == (30, 0.9, 3)
    assert (told.audited, told.right) == (27, 27)
    say(chain, ids[0], RIVAL, BRAND)
    told = published(chain)
    assert (told.judged_twice, told.agreement, told.unsettled) == (30, 0.9, 2)
    assert (told.audited, told.right) == (28, 27)


def test_too_few_judged_twice_publish_no_agreement(chain: SmallChain) -> None:
    for each in ask_two(chain):
        say(chain, each, TEA, OFFICE)
        say(chain, each, TEA, STORE)
    assert (published(chain).judged_twice, published(chain).agreement) == (6, None)


def test_the_answers_of_a_hub_that_asked_one_person_stand(tmp_path: Path) -> None:
    """Version 0001 had one answer a question: who gave it is the person asked."""
    url = f"sqlite:///{tmp_path / 'hub.db'}"
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.set_main_option("recursive_version_locations", "true")
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for item_id, by in (("asked", None), ("answered", "clerk")):
            connection.execute(
                sa.text(
                    "INSERT INTO review_item VALUES ('t', :item, 's01', 's01-a', 'o', 'x', 9, 9,"
                    " '2026-03-04', '2026-03-04', 'A-1-1', '[]', NULL, NULL, '[]', 'm', 'unknown',"
                    " '2026-03-04', :at, :by, :answer, NULL)"
                ),
                {
                    "item": item_id,
                    "by": by,
                    "at": "2026-03-04 09:00:00.000000" if by else None,
                    "answer": "foreign" if by else None,
                },
            )
    engine.dispose()
    database = open_database(url)
    with database.sessions() as session:
        wanted = session.execute(sa.select(ReviewItem.item_id, ReviewItem.wanted_answers)).all()
        (opinion,) = session.scalars(sa.select(ReviewOpinion)).all()
    database.close()
    assert {row.item_id: row.wanted_answers for row in wanted} == {"asked": 1, "answered": 0}
    assert (opinion.item_id, opinion.answered_by, opinion.answer) == (
        "answered",
        "clerk",
        "foreign",
    )
