"""What is known of one slot: plan, picture, ledger and till in one place, shown when pointed at."""

from cloud_hub.access.permissions import Permission
from cloud_hub.boards.shelf.view import SlotRow, SlotState
from cloud_hub.review.actions import REPORT_WRONG
from cloud_hub.web.forms.buttons import act_form, press
from cloud_hub.web.markup import Markup, el
from cloud_hub.web.parts.icon import icon
from cloud_hub.web.parts.money import cost_mark
from cloud_hub.web.reader import Reader


def slot_panels(
    slots: tuple[SlotRow, ...], reader: Reader, chosen: str | None, fixture_id: str
) -> Markup:
    """One card a slot, all but `chosen` hidden until pointed at."""
    known = {slot.slot_id for slot in slots}
    first = chosen if chosen in known else _worst(slots)
    return el(
        "section",
        el("h2", reader.words("Slot")),
        el(
            "div",
            [_card(slot, reader, fixture_id, shown=slot.slot_id == first) for slot in slots],
            class_="slot-cards",
            data_panel=True,
        ),
        class_="panel slot-panel",
        aria_live="polite",
    )


def state_name(state: SlotState, reader: Reader) -> str:
    """A slot's state in words."""
    words = reader.words
    return {
        SlotState.RIGHT: words("as planned"),
        SlotState.EMPTY: words("gap"),
        SlotState.WRONG: words("misplaced"),
        SlotState.UNKNOWN: words("unknown"),
        SlotState.HIDDEN: words("not visible"),
    }[state]


def _worst(slots: tuple[SlotRow, ...]) -> str | None:
    order = (SlotState.EMPTY, SlotState.WRONG, SlotState.UNKNOWN, SlotState.RIGHT)
    ranked = [slot for state in order for slot in slots if slot.state is state]
    return ranked[0].slot_id if ranked else None


def _card(slot: SlotRow, reader: Reader, fixture_id: str, *, shown: bool) -> Markup:
    words = reader.words
    return el(
        "article",
        el(
            "h3",
            el("b", slot.slot_id),
            el("span", state_name(slot.state, reader), class_=f"state state-{slot.state.value}"),
            cost_mark(slot.cost, reader),
        ),
        el("dl", _facts(slot, reader), class_="pairs"),
        el("p", words.of(slot.evidence), class_="evidence"),
        _wrong(slot, reader, fixture_id),
        id=f"slot-{slot.slot_id}",
        class_="slot-card is-shown" if shown else "slot-card",
        data_key=slot.slot_id,
    )


def _wrong(slot: SlotRow, reader: Reader, fixture_id: str) -> Markup | None:
    """ "Wrong?": puts the slot before a person."""
    is_seen = slot.state in (SlotState.RIGHT, SlotState.WRONG, SlotState.UNKNOWN)
    if not is_seen or not reader.viewer.may(Permission.ANSWER_REVIEW):
        return None
    button = press(
        REPORT_WRONG,
        "slot_id",
        slot.slot_id,
        reader.words("Wrong?"),
        class_="button button-quiet",
        title=reader.words("Ask a person what stands there"),
    )
    return act_form(REPORT_WRONG, reader, {"fixture_id": fixture_id}, button)


def _facts(slot: SlotRow, reader: Reader) -> list[Markup]:
    words = reader.words
    seen = _seen(slot, reader)
    rows = [
        (words("Planned"), el("span", words.of(slot.planned_name), _code(slot.planned_gtin))),
        (words("Seen"), seen),
        (words("Since"), words.of(slot.since_text) if slot.since_text else None),
    ]
    if slot.passes_till:
        sold = slot.sold_today
        till = words("no data") if sold is None else words("{count} sold", count=words.number(sold))
        rows += [(words("Ledger"), _ledger(slot, reader)), (words("Till today"), till)]
    return [el("div", el("dt", name), el("dd", value)) for name, value in rows if value is not None]


def _seen(slot: SlotRow, reader: Reader) -> Markup:
    words = reader.words
    if slot.seen_gtin is None or slot.seen_name is None:
        return el("span", state_name(slot.state, reader))
    sure = (
        el("span", words("{share} sure", share=words.percent(slot.confidence)), class_="quiet")
        if slot.confidence is not None
        else None
    )
    return el("span", words.of(slot.seen_name), _code(slot.seen_gtin), sure)


def _code(gtin: str) -> Markup:
    return el("code", gtin)


def _ledger(slot: SlotRow, reader: Reader) -> Markup | str:
    words = reader.words
    if slot.floor_units is None and slot.back_room_units is None:
        return words("no data")
    floor = words("{count} on the floor", count=words.number(slot.floor_units or 0))
    back = words("{count} in the back room", count=words.number(slot.back_room_units or 0))
    short = slot.floor_units is not None and slot.floor_units < 0
    return el("span", icon("problem") if short else None, f"{floor} · {back}")
