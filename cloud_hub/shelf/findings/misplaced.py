"""Misplaced goods: two photos in a row show another planned product in a slot. Two that stand in
each other's place are one finding. It is no gap: the goods are there."""

from collections.abc import Iterator
from datetime import datetime

from cloud_hub.access.permissions import Permission
from cloud_hub.core.text import Filling, Text
from cloud_hub.insight.finding import Finding, FindingKind, Severity
from cloud_hub.insight.snapshot import Snapshot
from cloud_hub.master_data.chain import Plan
from cloud_hub.shelf.photos.facts import ShelfPhoto, SlotState, slots_seen
from cloud_hub.shelf.today import clear_run, evidence_of
from device_profiles.store import LoginRole

MISPLACED = FindingKind(
    name="misplaced", permission=Permission.SEE_SHELF, shown_to_brands=True, proven_by_photo=True
)

_SWAPPED = Text("{store}: {here} and {there} are swapped: {product} and {other}.")
_MISPLACED = Text("{store}: {product} stands in {here}, the place of {other}.")
_SWAP_TASK = Text("Swap {here} and {there} back")
_MOVE_TASK = Text("Put {other} back into {here}")
_BUTTON = Text("Put right")


def find_misplaced(snapshot: Snapshot) -> Iterator[Finding]:
    """Slots that hold another product of the plan on the last two clear photos."""
    for fixture_id in snapshot.chain.fixtures:
        run = clear_run(snapshot, fixture_id)
        if len(run) < 2 or run[-1].plan is None:
            continue
        plan = run[-1].plan
        wrong = {
            slot_id: gtin
            for slot_id, gtin in _wrong(run[-1], plan).items()
            if _wrong(run[-2], plan).get(slot_id) == gtin
        }
        yield from _findings(snapshot, run, plan, wrong)


def _wrong(photo: ShelfPhoto, plan: Plan) -> dict[str, str]:
    """Slots that hold another planned product, and which."""
    planned = plan.products
    return {
        slot_id: seen.facing.gtin
        for slot_id, seen in slots_seen(photo, plan).items()
        if seen.state is SlotState.WRONG and seen.facing is not None
        if seen.facing.gtin is not None and seen.facing.gtin in planned
    }


def _findings(
    snapshot: Snapshot, run: list[ShelfPhoto], plan: Plan, wrong: dict[str, str]
) -> Iterator[Finding]:
    done: set[str] = set()
    for slot_id, gtin in sorted(wrong.items()):
        if slot_id in done:
            continue
        partner = next(
            (
                other
                for other, standing in sorted(wrong.items())
                if other not in done
                and other != slot_id
                and plan.slots[other].gtin == gtin
                and standing == plan.slots[slot_id].gtin
            ),
            None,
        )
        slots = (slot_id,) if partner is None else (slot_id, partner)
        done.update(slots)
        yield _finding(snapshot, run, plan, gtin, slots)


def _finding(
    snapshot: Snapshot, run: list[ShelfPhoto], plan: Plan, gtin: str, slots: tuple[str, ...]
) -> Finding:
    photo = run[-1]
    chain = snapshot.chain
    words: dict[str, Filling] = {
        "store": chain.stores[photo.store_id].name,
        "here": slots[0],
        "there": slots[-1],
        "product": chain.product_name(gtin),
        "other": chain.product_name(plan.slots[slots[0]].gtin),
    }
    swapped = len(slots) == 2
    return Finding(
        key=f"{MISPLACED}/{photo.fixture_id}/{'+'.join(slots)}",
        kind=MISPLACED,
        severity=Severity.PROBLEM,
        sentence=(_SWAPPED if swapped else _MISPLACED).filled(**words),
        since=_since(run, plan, gtin, slots[0]),
        owner=LoginRole.STORE,
        store_id=photo.store_id,
        fixture_id=photo.fixture_id,
        slot_ids=slots,
        button=_BUTTON,
        task=(_SWAP_TASK if swapped else _MOVE_TASK).filled(**words),
        photo=evidence_of(photo, slots),
    )


def _since(run: list[ShelfPhoto], plan: Plan, gtin: str, slot_id: str) -> datetime:
    since = run[-1].taken_at
    for photo in reversed(run):
        if _wrong(photo, plan).get(slot_id) != gtin:
            break
        since = photo.taken_at
    return since
