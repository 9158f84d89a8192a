"""Questions about pictures: asked once, answered by who may, and what the answers publish."""

from pathlib import Path

import pytest

from cloud_hub.access.audit_log import first_forged
from cloud_hub.boards.brand.view import brand_view
from cloud_hub.core.errors import NotFound, Refused
from cloud_hub.review.questions import report_wrong
from cloud_hub.review.tables import Answer, Reason
from cloud_hub.review.view import review_view
from device_profiles.store import LoginRole
from tests.small_chain import (
    COLA,
    NOW,
    OWN,
    PLAN,
    TEA,
    TENANT,
    WATER,
    SmallChain,
    head_office,
    local,
    viewer,
)
from tests.stage.review_questions import UNKNOWN, ask, questions, say


@pytest.fixture
def chain(tmp_path: Path) -> SmallChain:
    return SmallChain.open(tmp_path, stores=2)


def test_the_same_unknown_pack_on_every_photo_is_one_question(chain: SmallChain) -> None:
    for hour in (9, 10, 11):
        chain.photo(local(hour), seen=UNKNOWN, candidates=[TEA, COLA])
    (item,) = ask(chain)
    assert (item.reason, item.slot_id, item.candidates) == ("unknown", "A-1-3", [TEA, COLA])
    assert item.taken_at == local(9)
    assert len(ask(chain)) == 1
    chain.photo(local(12), seen=UNKNOWN, candidates=[TEA, COLA])
    assert len(ask(chain)) == 1


def test_a_pack_that_comes_after_another_is_a_new_question(chain: SmallChain) -> None:
    chain.photo(local(9), seen=UNKNOWN, candidates=[TEA])
    chain.photo(local(10), seen=PLAN)
    chain.photo(local(11), seen=UNKNOWN, candidates=[TEA])
    assert [item.taken_at for item in ask(chain)] == [local(9), local(11)]


def test_an_answered_pack_that_still_stands_there_is_not_asked_about_again(
    chain: SmallChain,
) -> None:
    chain.photo(local(9), seen=UNKNOWN, candidates=[TEA])
    (item,) = ask(chain)
    say(chain, item.item_id, Answer.FOREIGN)
    chain.photo(local(10), seen=UNKNOWN, candidates=[TEA])
    assert len(ask(chain)) == 1


def test_a_photo_that_cannot_be_judged_and_a_device_without_a_gallery_ask_nothing(
    chain: SmallChain,
) -> None:
    chain.photo(local(9), seen=UNKNOWN, candidates=[TEA], quality="fogged")
    chain.photo(local(10), seen=dict.fromkeys(PLAN, None))
    assert ask(chain) == []


def test_a_sample_of_named_packs_is_asked_about_without_saying_so(chain: SmallChain) -> None:
    chain.photo(local(9))
    items = ask(chain, one_in=1)
    assert {item.reason for item in items} == {Reason.AUDIT}
    assert len(items) == len(PLAN)
    with chain.reading() as session:
        view = review_view(session, head_office(), NOW)
    assert view.question is not None
    assert (view.waiting, view.doubts) == (6, 0)
    assert {choice.gtin for choice in view.question.choices} == {WATER, TEA, COLA}
    assert "audit" not in repr(view.question)


def test_a_wrong_slot_can_be_reported_and_comes_first(chain: SmallChain) -> None:
    chain.photo(local(9), seen=UNKNOWN, candidates=[TEA])
    ask(chain)
    with chain.database.writing() as session:
        first = report_wrong(session, head_office(), "s01-a", "A-1-1", NOW)
        again = report_wrong(session, head_office(), "s01-a", "A-1-1", NOW)
        view = review_view(session, head_office(), NOW)
        with pytest.raises(NotFound, match="nothing was seen"):
            report_wrong(session, head_office(), "s01-a", "A-9-9", NOW)
    with chain.reading() as session:
        assert first_forged(session, TENANT) is None
    assert first == again
    assert view.question is not None
    assert view.question.item_id == first


def test_an_answer_keeps_who_and_when_and_stands(chain: SmallChain) -> None:
    chain.photo(local(9), seen=UNKNOWN, candidates=[TEA])
    (item,) = ask(chain)
    say(chain, item.item_id, Answer.SKU, TEA)
    (answered,) = questions(chain)
    assert (answered.answer, answered.answer_gtin) == ("sku", TEA)
    assert (answered.answered_by, answered.answered_at) == (head_office().login_name, NOW)
    with pytest.raises(Refused, match="was answered already"):
        say(chain, item.item_id, Answer.FOREIGN)


@pytest.mark.parametrize(
    ("answer", "gtin", "why"),
    [
        (Answer.SKU, None, "names its GTIN"),
        (Answer.FOREIGN, TEA, "names its GTIN"),
        (Answer.SKU, "09520000009995", "no product of this chain"),
    ],
)
def test_an_answer_that_makes_no_sense_is_refused(
    chain: SmallChain, answer: Answer, gtin: str | None, why: str
) -> None:
    chain.photo(local(9), seen=UNKNOWN, candidates=[TEA])
    (item,) = ask(chain)
    with pytest.raises(Refused, match=why):
        say(chain, item.item_id, answer, gtin)
    assert questions(chain)[0].answered_at is None


def test_a_brands_board_tells_how_many_crops_wait(chain: SmallChain) -> None:
    seen: dict[str, str | None] = {**PLAN, "A-1-3": None, "A-2-2": None, "A-2-3": None}
    chain.photo(local(9), seen=seen, candidates=[TEA])
    ask(chain)
    with chain.reading() as session:
        assert brand_view(session, viewer(LoginRole.BRAND, OWN), NOW, OWN).doubts == 3
