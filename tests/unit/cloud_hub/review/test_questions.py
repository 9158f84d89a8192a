"""Questions about pictures: asked once, answered by who may, and what the answers publish."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.access.audit_log import first_forged
from cloud_hub.access.viewer import Viewer
from cloud_hub.boards.brand.view import brand_view
from cloud_hub.boards.shelf.view import shelf_view
from cloud_hub.core.errors import NotFound, NotYours, Refused
from cloud_hub.core.media_store import Pictures
from cloud_hub.core.storage.bulk_insert import insert_new
from cloud_hub.insight.snapshot import load_snapshot
from cloud_hub.master_data.place_tables import Fixture
from cloud_hub.register import SEARCHES
from cloud_hub.review.accuracy import recognition, wilson
from cloud_hub.review.answers import Opinion, answer_item
from cloud_hub.review.questions import plan_review, report_wrong
from cloud_hub.review.reference_pictures import GivenPicture, add_reference, gallery_pictures
from cloud_hub.review.tables import Answer, Reason, ReferencePicture, ReviewItem
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

NEVER = 10**15
"""So rare a sample that none is drawn."""
JPEG = b"\xff\xd8\xff\xe0 the rest of a picture"
REAL_GTIN = "06901234567892"
UNKNOWN = {**PLAN, "A-1-3": None}


@pytest.fixture
def chain(tmp_path: Path) -> SmallChain:
    return SmallChain.open(tmp_path, stores=2)


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


def keep(session: Session, pictures: Pictures, gtin: str, data: bytes) -> str:
    given = GivenPicture(tenant_id=TENANT, gtin=gtin, data=data, origin="test", given_by="x")
    return add_reference(session, pictures, given, NOW)


def say(
    chain: SmallChain,
    item_id: str,
    answer: Answer,
    gtin: str | None = None,
    who: Viewer | None = None,
) -> None:
    with chain.database.writing() as session:
        answer_item(session, who or head_office(), item_id, Opinion(answer=answer, gtin=gtin), NOW)


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


def test_right_answers_of_the_sample_are_the_published_accuracy(chain: SmallChain) -> None:
    for minute in range(0, 50, 10):
        chain.photo(local(9, minute), seen=UNKNOWN, candidates=[TEA], model="sku-1 gallery-4")
    sample = [item for item in ask(chain, one_in=1) if item.reason == Reason.AUDIT]
    assert len(sample) == 25
    for number, item in enumerate(sample):
        right = item.seen_gtin if number else RIVAL
        say(chain, item.item_id, Answer.SKU, right)
    with chain.reading() as session:
        told = recognition(session, TENANT, ["s01-a"], "sku-1", NOW)
        other = recognition(session, TENANT, ["s01-a"], "sku-2", NOW)
        shelf = shelf_view(session, head_office(), NOW, "s01-a", SEARCHES)
    assert (told.audited, told.right, told.accuracy, told.is_own) == (25, 24, 0.96, False)
    assert told.coverage == pytest.approx(5 / 6)
    assert (told.low, told.high) == wilson(24, 25)
    assert (other.audited, other.accuracy, other.coverage) == (0, None, None)
    assert shelf.published == told


def test_what_a_picture_does_not_tell_is_left_out(chain: SmallChain) -> None:
    for minute in range(0, 50, 10):
        chain.photo(local(9, minute))
    items = ask(chain, one_in=1)
    for item in items:
        say(chain, item.item_id, Answer.UNCLEAR)
    with chain.reading() as session:
        assert recognition(session, TENANT, ["s01-a"], None, NOW).audited == 0


def test_wilson_is_the_published_formula() -> None:
    low, high = wilson(406, 412)
    assert (round(low, 4), round(high, 4)) == (0.9686, 0.9933)
    assert wilson(20, 20)[1] == 1.0


def test_a_wrong_slot_can_be_reported_and_comes_first(chain: SmallChain) -> None:
    chain.photo(local(9), seen=UNKNOWN, candidates=[TEA])
    ask(chain)
    with chain.database.writing() as session:
        first = report_wrong(session, head_office(), "s01-a", "A-1-1", NOW)
        again = report_wrong(session, head_office(), "s01-a", "A-1-1", NOW)
        view = review_view(session, head_office(), NOW)
        with pytest.raises(NotFound, match="nothing was seen"):
            report_wrong(session, head_office(), "s01-a", "A-9-9", NOW)
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


def test_what_was_answered_today_is_told_by_the_stores_day_and_not_by_greenwichs(
    chain: SmallChain,
) -> None:
    chain.photo(local(9), seen=UNKNOWN, candidates=[TEA])
    (item,) = ask(chain)
    # Seven in the morning there: yesterday evening in Greenwich.
    with chain.database.writing() as session:
        tea = Opinion(answer=Answer.SKU, gtin=TEA)
        answer_item(session, head_office(), item.item_id, tea, local(7))
    with chain.reading() as session:
        assert review_view(session, head_office(), NOW).answered_lately == 1
        assert review_view(session, head_office(), NOW + timedelta(days=1)).answered_lately == 0


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
        session.execute(sa.update(Fixture).values(owner_brand_id=None))
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


def test_a_brands_board_tells_how_many_crops_wait(chain: SmallChain) -> None:
    seen: dict[str, str | None] = {**PLAN, "A-1-3": None, "A-2-2": None, "A-2-3": None}
    chain.photo(local(9), seen=seen, candidates=[TEA])
    ask(chain)
    with chain.reading() as session:
        assert brand_view(session, viewer(LoginRole.BRAND, OWN), NOW, OWN).doubts == 3


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


def test_the_same_reference_picture_twice_is_kept_once(chain: SmallChain, tmp_path: Path) -> None:
    chain.flush()
    store = Pictures(tmp_path / "media", limit_bytes=10**6)
    with chain.database.writing() as session:
        for _ in range(2):
            digest = keep(session, store, REAL_GTIN, JPEG)
        assert session.scalar(sa.select(sa.func.count()).select_from(ReferencePicture)) == 1
    assert store.path(digest).read_bytes() == JPEG


@pytest.mark.parametrize(
    ("gtin", "data", "why"),
    [
        ("123", JPEG, "digits"),
        (REAL_GTIN, b"<html>", "JPEG or PNG"),
        (REAL_GTIN, JPEG + b"0" * 1_000_001, "bytes"),
    ],
)
def test_a_reference_picture_that_is_none_is_refused(
    chain: SmallChain, tmp_path: Path, gtin: str, data: bytes, why: str
) -> None:
    chain.flush()
    store = Pictures(tmp_path / "media", limit_bytes=10**7)
    with chain.database.writing() as session, pytest.raises(Refused, match=why):
        keep(session, store, gtin, data)


def test_a_gallery_gives_its_first_pictures(tmp_path: Path) -> None:
    (tmp_path / COLA).mkdir()
    rows: Sequence[str] = [
        f'[[picture]]\ngtin = "{COLA}"\nfile = "{COLA}/{name}.jpg"\norigin = "{name}"'
        for name in ("a", "b")
    ]
    (tmp_path / "gallery.toml").write_text("format = 1\n" + "\n".join(rows))
    for name in ("a", "b"):
        (tmp_path / COLA / f"{name}.jpg").write_bytes(JPEG + name.encode())
    assert list(gallery_pictures(tmp_path)) == [(COLA, "a", JPEG + b"a")]
