"""The planted problems: each changes the script of its own stores, and says where it shows."""

from datetime import UTC, datetime

import pytest

from simulators.chain.chain import cooler_slots
from simulators.chain.goods import demonstration_goods
from simulators.chain.script import Script
from simulators.core.clock import demo_time
from simulators.day.problems import (
    EVICTED_EVENTS,
    PROBLEMS,
    STAFF_CROSSINGS,
    Problem,
    planted_in,
)

TIME = demo_time(datetime(2026, 11, 22, 9, 32, tzinfo=UTC))
ALL = tuple(f"s{number:02d}" for number in range(1, 9))


def stores_of(script: Script) -> set[str]:
    kinds = (getattr(script, name) for name in Script.__dataclass_fields__)
    return {planted.store_id for kind in kinds for planted in kind}


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.plant.__name__)
def test_a_problem_is_planted_in_its_own_stores_alone(problem: Problem) -> None:
    script = Script()
    problem.plant(script, TIME)
    planted = stores_of(script)
    assert planted
    assert planted <= set(problem.stores)
    assert problem.plant.__doc__ is not None
    assert problem.plant.__doc__.startswith(f"Row {problem.row}")


def test_a_chain_has_the_problems_of_its_stores() -> None:
    assert planted_in((), TIME) == Script()
    assert planted_in(("s06",), TIME).cuts[0].store_id == "s06"
    assert planted_in(("s06",), TIME).sold_out == []
    whole = planted_in(ALL, TIME)
    assert all(getattr(whole, name) for name in Script.__dataclass_fields__)


def test_two_scripts_share_nothing() -> None:
    first, second = planted_in(ALL, TIME), planted_in(ALL, TIME)
    first.cuts.clear()
    assert second.cuts


def test_what_is_missing_or_swapped_was_planned_there() -> None:
    script, slots = planted_in(ALL, TIME), cooler_slots()
    assert script.sold_out[0].gtin == slots["A-2-3"]
    (swapped,) = script.swapped
    assert slots[swapped.first] != slots[swapped.second]


def test_a_rivals_packs_and_strangers_stand_in_slots_of_their_own() -> None:
    (strange,) = planted_in(ALL, TIME).strange
    assert len(strange.foreign) == 7
    assert len(strange.unlisted) == 3
    assert set(strange.foreign).isdisjoint(strange.unlisted)
    assert set(strange.foreign) | set(strange.unlisted) <= set(cooler_slots())
    rivals = {good.gtin for good in demonstration_goods() if good.brand_id == "lanfeng"}
    assert set(strange.foreign.values()) <= rivals


def test_what_went_wrong_has_happened_when_the_demonstration_begins() -> None:
    script = planted_in(ALL, TIME)
    moments = [
        *(one.at for one in script.sold_out),
        *(one.since for one in (*script.swapped, *script.strange, *script.cuts)),
        *(one.until for one in script.rushes),
        *(at for one in script.staff for at in one.times),
        *(one.at for one in script.receipts),
    ]
    assert all(at < TIME.started_at for at in moments)


def test_staff_comes_before_the_store_opens_as_often_as_is_said() -> None:
    (staff,) = planted_in(ALL, TIME).staff
    assert len(set(staff.times)) == STAFF_CROSSINGS
    assert max(staff.times) < TIME.at(TIME.today, 7)


def test_a_return_names_the_sale_it_gives_back_and_is_written_down_before_it() -> None:
    script = planted_in(ALL, TIME)
    by_name = {planned.name: planned for planned in script.receipts}
    given_back = by_name["return before its sale"]
    sale = by_name[given_back.returns or ""]
    assert sale.at < given_back.at
    assert sale.recorded_at is not None
    assert sale.recorded_at > given_back.at
    assert given_back.items[0].quantity == -sale.items[0].quantity


def test_a_small_disk_gives_up_as_much_as_is_said() -> None:
    assert planted_in(("s07",), TIME).small_disks[0].events == EVICTED_EVENTS
