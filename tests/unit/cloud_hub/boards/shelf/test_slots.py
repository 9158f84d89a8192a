"""The slots of a fixture: plan, picture, ledger and till in one row."""

from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from cloud_hub.access.permissions import Permission
from cloud_hub.access.viewer import Viewer
from cloud_hub.boards.problems.row import Cost
from cloud_hub.boards.problems.scope import snapshot_for
from cloud_hub.boards.shelf.facts import facts_of
from cloud_hub.boards.shelf.slots import SlotRow, quality_text, slot_rows, total_cost
from cloud_hub.core.text import Text
from cloud_hub.master_data.goods_tables import ListingRow
from cloud_hub.shelf.photos.facts import SlotState
from device_profiles.store import LoginRole
from tests.small_chain import (
    COLA,
    NOW,
    OWN,
    PLAN,
    TEA,
    TODAY,
    WATER,
    SmallChain,
    head_office,
    local,
    viewer,
)

ZONE = ZoneInfo("Etc/GMT-8")


def rows(chain: SmallChain, who: Viewer | None = None) -> dict[str, SlotRow]:
    who = who or head_office()
    with chain.reading() as session:
        snapshot = snapshot_for(session, who, Permission.SEE_SHELF, NOW)
        seen = facts_of(snapshot, who, snapshot.chain.fixtures["s01-a"])
        return {row.slot_id: row for row in slot_rows(seen)}


def quality(chain: SmallChain) -> str:
    with chain.reading() as session:
        snapshot = snapshot_for(session, head_office(), Permission.SEE_SHELF, NOW)
        seen = facts_of(snapshot, head_office(), snapshot.chain.fixtures["s01-a"])
        return quality_text(seen.latest, seen.photos, ZONE, NOW).text("en")


def without(*slots: str) -> dict[str, str | None]:
    return {slot: gtin for slot, gtin in PLAN.items() if slot not in slots}


def test_without_a_clear_photo_no_slot_is_told(two_stores: SmallChain) -> None:
    assert rows(two_stores) == {}
    two_stores.photo(local(14), quality="glare")
    assert rows(two_stores) == {}


def test_slots_stand_row_by_row(two_stores: SmallChain) -> None:
    two_stores.photo(local(14))
    assert [(row.row, row.column) for row in rows(two_stores).values()] == [
        (row, column) for row in (1, 2) for column in (1, 2, 3)
    ]


def test_each_state_tells_what_the_camera_sees(two_stores: SmallChain) -> None:
    seen = {**without("A-1-1", "A-2-3"), "A-1-3": COLA, "A-2-1": None}
    two_stores.photo(local(14), seen=seen, hidden=["A-2-3"])
    found = rows(two_stores)
    told = {slot: row.evidence.text("en").rpartition("camera: ")[2] for slot, row in found.items()}
    assert told == {
        "A-1-1": "empty since 14:00",
        "A-1-2": "seen",
        "A-1-3": "Cola instead",
        "A-2-1": "a pack that is not recognised",
        "A-2-2": "seen",
        "A-2-3": "not to be judged",
    }
    assert (found["A-1-3"].seen_gtin, found["A-1-3"].confidence) == (COLA, 0.9)
    assert (found["A-1-1"].seen_gtin, found["A-2-1"].seen_name) == (None, None)


def test_a_state_is_as_old_as_the_first_photo_that_showed_it_without_a_break(
    two_stores: SmallChain,
) -> None:
    two_stores.photo(local(11), seen={**PLAN, "A-1-3": COLA})
    two_stores.photo(local(12))
    two_stores.photo(local(13), seen={**PLAN, "A-1-3": COLA})
    two_stores.photo(local(13, 30), quality="fogged")
    two_stores.photo(local(14), seen={**PLAN, "A-1-3": COLA})
    found = rows(two_stores)
    assert (found["A-1-3"].since, found["A-1-1"].since) == (local(13), local(11))
    two_stores.photo(local(14, 10), seen={**PLAN, "A-1-3": WATER})
    assert rows(two_stores)["A-1-3"].since == local(14, 10), "another pack is another state"


def test_ledger_and_till_stand_beside_the_picture(two_stores: SmallChain) -> None:
    two_stores.photo(local(14))
    two_stores.stock(TEA, "24", "back-room", at=local(8))
    two_stores.receipt(local(9), (TEA, "2", "10.00"))
    two_stores.receipt(local(9), (TEA, "7", "35.00"), store_id="s02")
    found = rows(two_stores)
    tea, cola = found["A-1-3"], found["A-2-1"]
    assert (tea.floor_units, tea.back_room_units, tea.sold_today) == (None, Decimal(24), Decimal(2))
    assert (cola.back_room_units, cola.sold_today) == (None, Decimal(0))
    assert tea.evidence.text("en") == (
        "Ledger: floor no data, back room 24 · till: 2 sold today · camera: seen"
    )


def test_a_brand_reads_what_was_sold_and_nothing_of_the_stock(two_stores: SmallChain) -> None:
    two_stores.photo(local(14))
    two_stores.stock(TEA, "24", "back-room", at=local(8))
    two_stores.receipt(local(9), (TEA, "2", "10.00"))
    tea = rows(two_stores, viewer(LoginRole.BRAND, OWN))["A-1-3"]
    assert (tea.back_room_units, tea.sold_today) == (None, Decimal(2))


def test_a_gap_costs_once_it_is_confirmed_and_has_a_price(two_stores: SmallChain) -> None:
    for back in range(1, 8):
        for hour in (12, 13, 14):
            day = TODAY - timedelta(days=back)
            two_stores.receipt(local(hour, 20, day=day), (COLA, "1", "3.00"))
    for hour in (12, 13, 14):
        two_stores.photo(local(hour), seen=without("A-2-1", "A-2-3"))
    found = rows(two_stores)
    first, last = found["A-2-1"], found["A-2-3"]
    assert (first.state, first.since, first.cost) == (SlotState.EMPTY, local(12), None)
    assert last.cost is not None, "a product is lost once"
    assert last.cost.amount > 0
    with two_stores.database.writing() as session:
        session.execute(sa.delete(ListingRow).where(ListingRow.gtin == COLA))
    assert rows(two_stores)["A-2-3"].cost is None


def test_costs_are_added_up_with_their_sums(two_stores: SmallChain) -> None:
    one = Cost(amount=Decimal("1.5"), currency="CNY", a_day=False, formula=Text("one"))
    two = Cost(amount=Decimal(2), currency="CNY", a_day=False, formula=Text("two"))
    both = total_cost([one, None, two], "CNY")
    assert both is not None
    assert (both.amount, both.formula.text("en")) == (Decimal("3.5"), "one; two")
    assert total_cost([None], "CNY") is None
    assert total_cost([], "CNY") is None


@pytest.mark.parametrize(
    ("photos", "said"),
    [
        ([], "no photo"),
        ([(14, "clear")], "clear"),
        ([(13, "clear"), (14, "moved")], "camera moved, last good 13:00"),
        ([(13, "dark"), (14, "blurred")], "blurred"),
        ([(13, "fogged"), (14, "clear")], "clear"),
    ],
)
def test_whether_the_last_photo_can_be_judged_is_told(
    two_stores: SmallChain, photos: list[tuple[int, str]], said: str
) -> None:
    for hour, how in photos:
        two_stores.photo(local(hour), quality=how)
    assert quality(two_stores) == said
