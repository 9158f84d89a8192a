"""The page of questions: one at a time, with what it may be beside it."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from cloud_hub.access.viewer import Viewer
from cloud_hub.core.errors import NotFound, NotYours
from cloud_hub.master_data.place_tables import FixtureRow
from cloud_hub.review.tables import Answer, ReferencePicture
from cloud_hub.review.view import review_view
from device_profiles.store import LoginRole
from tests.small_chain import (
    COLA,
    NOW,
    OTHER,
    OWN,
    PLAN,
    RIVAL,
    TEA,
    TENANT,
    WATER,
    SmallChain,
    head_office,
    local,
    viewer,
)
from tests.stage.review_questions import UNKNOWN, ask, say


@pytest.fixture
def chain(tmp_path: Path) -> SmallChain:
    return SmallChain.open(tmp_path, stores=2)


@pytest.mark.parametrize(
    ("who", "may"),
    [
        (viewer(LoginRole.STORE, "s01"), True),
        (viewer(LoginRole.STORE, "s02"), False),
        (viewer(LoginRole.BRAND, OWN), True),
        (viewer(LoginRole.BRAND, OTHER), False),
        (viewer(LoginRole.HEAD_OFFICE), True),
    ],
)
def test_a_question_is_for_who_may_see_the_picture(
    chain: SmallChain, who: Viewer, may: bool
) -> None:
    chain.photo(local(9), seen=UNKNOWN, candidates=[TEA])
    (item,) = ask(chain)
    with chain.reading() as session:
        view = review_view(session, who, NOW)
    assert (view.question is not None) == may
    if may:
        say(chain, item.item_id, Answer.FOREIGN, who=who)
    else:
        with pytest.raises(NotFound):
            say(chain, item.item_id, Answer.FOREIGN, who=who)


def test_a_brand_is_asked_nothing_about_a_retailers_own_shelf(chain: SmallChain) -> None:
    chain.photo(local(9), seen=UNKNOWN, candidates=[TEA])
    ask(chain)
    with chain.database.writing() as session:
        session.execute(sa.update(FixtureRow).values(owner_brand_id=None))
    with chain.reading() as session:
        assert review_view(session, viewer(LoginRole.BRAND, OWN), NOW).waiting == 0


def test_a_brand_is_offered_no_list_of_what_the_retailer_sells(chain: SmallChain) -> None:
    chain.photo(local(9), seen=UNKNOWN, candidates=[TEA])
    ask(chain)
    with chain.reading() as session:
        mine = review_view(session, viewer(LoginRole.BRAND, OWN), NOW)
        all_of_them = review_view(session, head_office(), NOW)
    assert RIVAL not in {choice.gtin for choice in mine.others}
    assert RIVAL in {choice.gtin for choice in all_of_them.others}


def test_a_question_can_be_left_for_later_and_comes_round_again(chain: SmallChain) -> None:
    seen: dict[str, str | None] = {**PLAN, "A-1-3": None, "A-2-2": None}
    chain.photo(local(9), seen=seen, candidates=[TEA])
    ids = sorted(item.item_id for item in ask(chain))
    shown = []
    with chain.reading() as session:
        for after in (None, ids[0], ids[1]):
            question = review_view(session, head_office(), NOW, after=after).question
            shown.append(question.item_id if question else None)
    assert shown == [ids[0], ids[1], ids[0]]


def test_technicians_have_no_such_page(chain: SmallChain) -> None:
    chain.flush()
    with chain.reading() as session, pytest.raises(NotYours):
        review_view(session, viewer(LoginRole.TECHNICIAN), NOW)


def test_a_question_without_its_picture_waits_unseen(chain: SmallChain) -> None:
    chain.photo(local(9), seen=UNKNOWN, candidates=[TEA], stored=False)
    assert len(ask(chain)) == 1
    with chain.reading() as session:
        assert review_view(session, head_office(), NOW).question is None


def test_the_best_five_come_best_first_with_their_pictures(chain: SmallChain) -> None:
    chain.photo(local(9), seen=UNKNOWN, candidates=[COLA, TEA, RIVAL])
    picture = ReferencePicture(
        tenant_id=TENANT,
        gtin=COLA,
        sha256="ab" * 32,
        media_type="image/jpeg",
        origin="test",
        added_at=NOW,
        added_by="x",
    )
    chain.add(picture)
    ask(chain)
    with chain.reading() as session:
        question = review_view(session, head_office(), NOW).question
    assert question is not None
    assert [choice.gtin for choice in question.choices] == [COLA, TEA, RIVAL, WATER]
    assert question.choices[0].url == f"/api/v1/references/{COLA}/{'ab' * 32}"


def test_what_was_answered_today_is_told_by_the_stores_day_and_not_by_greenwichs(
    chain: SmallChain,
) -> None:
    chain.photo(local(9), seen=UNKNOWN, candidates=[TEA])
    (item,) = ask(chain)
    # Seven in the morning there: yesterday evening in Greenwich.
    say(chain, item.item_id, Answer.SKU, TEA, at=local(7))
    with chain.reading() as session:
        assert review_view(session, head_office(), NOW).answered_lately == 1
        assert review_view(session, head_office(), NOW + timedelta(days=1)).answered_lately == 0
