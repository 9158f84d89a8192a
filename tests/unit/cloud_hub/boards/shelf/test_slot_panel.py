"""What is known of one slot, drawn."""

from dataclasses import replace
from decimal import Decimal

import pytest

from cloud_hub.boards.shelf.slot_panel import slot_panels, state_name
from cloud_hub.boards.shelf.view import SlotRow, SlotState
from device_profiles.names import Names
from device_profiles.store import LoginRole
from tests.stage.page_parts import NOW, a_reader

SLOT = SlotRow(
    slot_id="A-1-1",
    row=1,
    column=1,
    planned_gtin="09520000000015",
    planned_name=Names(en="<Water>"),
    seen_gtin="09520000000015",
    seen_name=Names(en="<Water>"),
    confidence=0.87,
    state=SlotState.RIGHT,
    since=NOW,
    since_text=Names(en="2 h"),
    cost=None,
    floor_units=Decimal(5),
    back_room_units=Decimal(24),
    sold_today=Decimal(2),
    passes_till=True,
    evidence=Names(en="Ledger <says>"),
)


def drawn(
    *slots: SlotRow, chosen: str | None = None, role: LoginRole = LoginRole.HEAD_OFFICE
) -> str:
    return str(slot_panels(slots, a_reader(role), chosen, "s01-a"))


def shown(page: str) -> str:
    return page.partition("slot-card is-shown")[2].partition('data-key="')[2].partition('"')[0]


def test_a_card_joins_plan_picture_ledger_and_till() -> None:
    card = drawn(SLOT)
    for said in (
        "&lt;Water&gt;",
        "09520000000015",
        "87 % sure",
        "2 h",
        "5 on the floor · 24 in the back room",
        "2 sold",
        "Ledger &lt;says&gt;",
    ):
        assert said in card


def test_what_neither_ledger_nor_till_knows_is_no_data() -> None:
    card = drawn(replace(SLOT, floor_units=None, back_room_units=None, sold_today=None))
    assert card.count("<dd>no data</dd>") == 2
    half = drawn(replace(SLOT, floor_units=None))
    assert "0 on the floor · 24 in the back room" in half


def test_a_floor_below_0_is_marked() -> None:
    assert "−3 on the floor" in drawn(replace(SLOT, floor_units=Decimal(-3)))
    assert drawn(replace(SLOT, floor_units=Decimal(-3))).count("<svg") > drawn(SLOT).count("<svg")


def test_where_no_till_counts_neither_ledger_nor_till_stands_there() -> None:
    card = drawn(replace(SLOT, passes_till=False))
    assert "Till today" not in card
    assert "<dt>Ledger</dt>" not in card


def test_the_slot_that_a_link_points_at_is_shown() -> None:
    other = replace(SLOT, slot_id="A-1-2", state=SlotState.EMPTY)
    assert shown(drawn(SLOT, other, chosen="A-1-1")) == "A-1-1"
    assert shown(drawn(SLOT, other)) == "A-1-2", "else the worst"
    assert shown(drawn(SLOT, other, chosen="Z-9-9")) == "A-1-2"
    assert drawn(SLOT, other).count("is-shown") == 1


@pytest.mark.parametrize("state", list(SlotState))
def test_a_state_has_its_words_and_its_colour(state: SlotState) -> None:
    card = drawn(replace(SLOT, state=state, seen_gtin=None, seen_name=None))
    assert f"state-{state.value}" in card
    assert state_name(state, a_reader()) in card


@pytest.mark.parametrize(
    ("state", "role", "may"),
    [
        (SlotState.RIGHT, LoginRole.HEAD_OFFICE, True),
        (SlotState.EMPTY, LoginRole.HEAD_OFFICE, False),
        (SlotState.HIDDEN, LoginRole.HEAD_OFFICE, False),
        (SlotState.RIGHT, LoginRole.TECHNICIAN, False),
    ],
)
def test_what_was_seen_may_be_called_wrong_by_who_answers(
    state: SlotState, role: LoginRole, may: bool
) -> None:
    card = drawn(replace(SLOT, state=state), role=role)
    assert ("Wrong?" in card) is may
    assert ('name="fixture_id" value="s01-a"' in card) is may
