"""The shelf's and the brand's pages: what they show, and what a brand must never see."""

from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from cloud_hub.access.naming import Naming
from cloud_hub.boards.brand.view import BrandView, brand_view
from cloud_hub.boards.home.view import home_view
from cloud_hub.boards.problems.rows import problems_for
from cloud_hub.boards.shelf.view import ShelfView, shelf_view
from cloud_hub.boards.store.view import store_view
from cloud_hub.core.errors import NotFound, NotYours
from cloud_hub.master_data.place_tables import FixtureRow
from cloud_hub.register import SEARCHES
from cloud_hub.shelf.measures import Verdict
from cloud_hub.shelf.photos.facts import SlotState
from cloud_hub.shelf.photos.rights import may_see_photo
from cloud_hub.web.photo import BoxKind
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
    TODAY,
    WATER,
    SmallChain,
    head_office,
    local,
    viewer,
)

SPRING = viewer(LoginRole.BRAND, OWN)


@pytest.fixture
def chain(tmp_path: Path) -> SmallChain:
    return SmallChain.open(tmp_path, stores=2)


def shelf(chain: SmallChain, who=None) -> ShelfView:
    with chain.reading() as session:
        return shelf_view(session, who or head_office(), NOW, "s01-a", SEARCHES)


def board(chain: SmallChain, who=SPRING) -> BrandView:
    with chain.reading() as session:
        return brand_view(session, who, NOW, OWN)


def retailers_own_shelf(chain: SmallChain) -> None:
    """The cooler of s01 belongs to nobody's brand."""
    chain.flush()
    with chain.database.writing() as session:
        session.execute(
            sa.update(FixtureRow)
            .where(FixtureRow.fixture_id == "s01-a")
            .values(owner_brand_id=None)
        )


def without(*slots: str) -> dict[str, str | None]:
    return {slot: gtin for slot, gtin in PLAN.items() if slot not in slots}


def test_a_shelf_tells_facings_positions_gaps_and_unknown_apart(chain: SmallChain) -> None:
    for hour in (13, 14):
        chain.photo(local(hour), seen={**without("A-1-1"), "A-1-3": COLA, "A-2-1": None})
    view = shelf(chain)
    assert view.facings == (5, 6)
    assert view.positions == (3, 6)
    assert view.gaps == 1
    assert view.unknown == 1
    states = {slot.slot_id: slot.state for slot in view.slots}
    assert states["A-1-1"] is SlotState.EMPTY
    assert states["A-1-3"] is SlotState.WRONG
    assert states["A-2-1"] is SlotState.UNKNOWN
    assert states["A-2-3"] is SlotState.RIGHT
    kinds = {(box.slot_id, box.kind) for box in view.difference}
    assert kinds == {
        ("A-1-1", BoxKind.GAP),
        ("A-1-3", BoxKind.MISPLACED),
        ("A-2-1", BoxKind.UNKNOWN),
    }
    assert len(view.seen) == 5
    assert {box.slot_id for box in view.planned} >= {"A-1-2", "A-1-3", "A-2-1", "A-2-2", "A-2-3"}
    empty = next(slot for slot in view.slots if slot.slot_id == "A-1-1")
    assert empty.since == local(13)
    assert empty.since_text is not None
    assert empty.since_text.text("en") == "1 h 32 min"
    assert [span.slot_id for span in view.gap_spans] == ["A-1-1"]
    assert [thumbnail.local_time for thumbnail in view.thumbnails] == ["13:00", "14:00"]
    assert view.thumbnails[0].gaps == ("A-1-1",)


def test_the_place_of_a_gap_is_found_in_an_earlier_picture(chain: SmallChain) -> None:
    chain.photo(local(13))
    chain.photo(local(14), seen=without("A-1-1"))
    gap = next(box for box in shelf(chain).planned if box.slot_id == "A-1-1")
    assert (gap.x1, gap.y1) == (100.0, 200.0)


def test_a_slot_line_joins_ledger_till_and_camera(chain: SmallChain) -> None:
    chain.photo(local(14))
    chain.stock(TEA, "24", "back-room", at=local(8))
    chain.stock(TEA, "5", "floor", at=local(8))
    chain.receipt(local(9), (TEA, "2", "10.00"))
    slot = next(slot for slot in shelf(chain).slots if slot.slot_id == "A-1-3")
    assert slot.evidence.text("en") == (
        "Ledger: floor 5, back room 24 · till: 2 sold today · camera: seen"
    )
    assert slot.planned_name.text("zh") == "茶"


def test_a_fogged_picture_claims_nothing_but_names_the_last_good_one(chain: SmallChain) -> None:
    chain.photo(local(14))
    chain.photo(local(14, 20), quality="fogged")
    view = shelf(chain)
    assert view.quality_text.text("en") == "fogged, last good 14:00"
    assert view.gaps == 0, "the last good picture still speaks"
    assert view.thumbnails[-1].gaps is None
    assert view.difference == ()


def test_an_old_picture_is_stale_and_says_nothing_about_slots(chain: SmallChain) -> None:
    chain.photo(local(9), seen=without("A-1-1"))
    view = shelf(chain)
    assert view.photo is not None
    assert view.photo.is_stale
    assert view.facings is None
    assert view.gaps is None
    assert view.slots == ()


def test_a_figure_made_of_a_picture_is_as_old_as_the_picture(chain: SmallChain) -> None:
    chain.photo(local(13, 40))
    chain.photo(local(14, 20), quality="fogged")
    assert {each.as_of for each in shelf(chain).figures} == {local(13, 40)}
    with chain.reading() as session:
        figures = {
            each.metric: each for each in home_view(session, head_office(), NOW, SEARCHES).figures
        }
    assert figures["on-shelf-availability"].as_of == local(13, 40)
    assert figures["net-sales"].as_of == NOW


def test_a_brand_reads_its_own_cooler_with_rivals_by_name(chain: SmallChain) -> None:
    for hour in (13, 14):
        chain.photo(local(hour), seen={**PLAN, "A-1-1": RIVAL, "A-1-2": None})
    view = shelf(chain, SPRING)
    assert view.photo is not None
    foreign = next(box for box in view.seen if box.kind is BoxKind.FOREIGN)
    assert foreign.label
    assert foreign.label.text("en") == "Rival Cola"
    page = board(chain)
    assert [(c.name.text("en"), c.facings) for c in page.competitors] == [("Rival", 1)]
    assert page.outlets[0].purity_verdict is Verdict.BAD
    assert page.outlets[0].reasons[0].text("en") == "1 Rival pack in your cooler since 13:00"
    assert "Visit Store 01 first" in page.headline.text("en")
    assert page.coolers_total == 2
    assert page.coolers_seen_today == 1
    assert (page.share[-1].own, page.share[-1].foreign, page.share[-1].unknown) == (4, 1, 1)
    assert page.share[0].own is None
    assert [row.kind for row in page.problems] == ["purity"]


def test_on_a_retailers_shelf_a_brand_never_sees_a_rival(chain: SmallChain) -> None:
    sha256 = ""
    for hour in (13, 14):
        sha256 = chain.photo(local(hour), seen={**PLAN, "A-1-1": RIVAL, "A-2-1": RIVAL})
    retailers_own_shelf(chain)
    view = shelf(chain, SPRING)
    page = board(chain)
    for shown in (view, page):
        said = repr(asdict(shown))
        assert "Rival" not in said
        assert "对手" not in said
        assert RIVAL not in said
    assert view.photo is None, "the picture itself would name it"
    assert view.thumbnails == ()
    taken = next(slot for slot in view.slots if slot.slot_id == "A-1-1")
    assert taken.seen_name is not None
    assert (taken.seen_name.text("en"), taken.seen_name.text("zh")) == ("Other A", "其他 A")
    assert taken.seen_gtin == ""
    with chain.reading() as session:
        assert not may_see_photo(session, SPRING, sha256)
        assert may_see_photo(session, head_office(), sha256)
        assert may_see_photo(session, viewer(LoginRole.STORE, "s01"), sha256)
        assert not may_see_photo(session, viewer(LoginRole.STORE, "s02"), sha256)


def test_a_brand_never_sees_the_retailers_books_or_findings(chain: SmallChain) -> None:
    chain.stock(COLA, "77", "back-room", at=local(8))
    for hour in (13, 14):
        chain.photo(local(hour), seen=without("A-2-1", "A-2-3"))
    chain.alarm("disk-full", local(13), device_id="s01-till")
    said = repr(asdict(board(chain))) + repr(asdict(shelf(chain, SPRING)))
    assert "77" not in said
    with chain.reading() as session:
        assert problems_for(session, SPRING, NOW, SEARCHES) == ()
        with pytest.raises(NotYours):
            store_view(session, SPRING, NOW, "s01", SEARCHES)


def test_another_brand_opens_neither_board_nor_cooler(chain: SmallChain) -> None:
    rival = viewer(LoginRole.BRAND, OTHER)
    chain.photo(local(14))
    with chain.reading() as session:
        with pytest.raises(NotYours):
            brand_view(session, rival, NOW, OWN)
        with pytest.raises(NotFound):
            shelf_view(session, rival, NOW, "s01-a", SEARCHES)
        page = brand_view(session, rival, NOW, OTHER)
    assert page.outlets == ()
    assert "Spring" not in repr(asdict(page))


def test_a_brands_gap_costs_its_own_sales(chain: SmallChain) -> None:
    for back in range(1, 8):
        day = TODAY - timedelta(days=back)
        for hour in (12, 13, 14):
            chain.receipt(local(hour, 20, day=day), (COLA, "1", "3.00"))
    for hour in (12, 13, 14):
        chain.photo(local(hour), seen=without("A-2-1", "A-2-3"))
    page = board(chain)
    assert [(gap.slot_id, gap.confirmed) for gap in page.gaps] == [
        ("A-2-1", True),
        ("A-2-3", True),
    ]
    worst = page.outlets[0]
    assert worst.store_id == "s01"
    assert worst.cost is not None
    assert page.worst is not None
    assert page.worst.store_id == "s01"


def test_sell_out_is_the_brands_own(chain: SmallChain) -> None:
    chain.receipt(local(9), (WATER, "2", "4.00"), (RIVAL, "9", "31.50"))
    rows = {row.product_name.text("en"): row.units.value for row in board(chain).sell_out}
    assert rows == {"Water": 2, "Tea": 0, "Cola": 0}


def test_the_head_office_may_open_any_brands_board(chain: SmallChain) -> None:
    assert board(chain, head_office()).brand_id == OWN


def test_a_rivals_letter_is_the_same_throughout(chain: SmallChain) -> None:
    from cloud_hub.master_data.chain import read_chain

    with chain.reading() as session:
        known = read_chain(session, TENANT)
    assert known is not None
    naming = Naming(SPRING, known)
    assert naming.brand(OTHER, None).text("en") == "Other A"
    assert naming.product(RIVAL, None).text("en") == "Other A"
    assert naming.product(RIVAL, OWN).text("en") == "Rival Cola"
    assert naming.gtin(WATER, None) == WATER
