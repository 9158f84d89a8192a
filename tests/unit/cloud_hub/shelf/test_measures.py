"""Shelf figures, gaps and lost sales against answers worked out by hand."""

from datetime import timedelta
from pathlib import Path

import pytest

from cloud_hub.insight.metric import Aspect, Metric
from cloud_hub.insight.sums import Cell, Sums, total
from cloud_hub.insight.window import between
from cloud_hub.master_data.chain import read_chain
from cloud_hub.master_data.place_tables import PlanogramRow
from cloud_hub.shelf.measures import Verdict, purity_verdict
from cloud_hub.shelf.metrics import (
    COMPLIANCE,
    COMPLIANCE_FACINGS,
    COMPLIANCE_POSITION,
    COMPLIANCE_PRESENCE,
    FACINGS,
    MUST_HAVE_PRESENT,
    ON_SHELF,
    PURITY,
    SHARE_OF_SHELF,
    SHARE_OF_SHELF_BY_WIDTH,
)
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
    local,
)


@pytest.fixture
def chain(tmp_path: Path) -> SmallChain:
    return SmallChain.open(tmp_path)


def asked(chain: SmallChain, metric: Metric, aspect: Aspect | None = None, *, days: int = 1):
    with chain.reading() as session:
        known = read_chain(session, TENANT)
        assert known is not None
        stores = [store.hours for store in known.stores.values()]
        window = between(TENANT, stores, TODAY - timedelta(days=days - 1), TODAY, NOW)
        return metric.measure(session, window, aspect or Aspect())


def value(chain: SmallChain, metric: Metric, aspect: Aspect | None = None):
    return metric.value(total(asked(chain, metric, aspect).values()))


def without(*slots: str) -> dict[str, str | None]:
    return {slot: gtin for slot, gtin in PLAN.items() if slot not in slots}


def test_availability_is_time_weighted_over_must_have_goods(chain: SmallChain) -> None:
    chain.photo(local(9), seen=without())
    chain.photo(local(9, 45), seen=without("A-2-1", "A-2-3"))
    chain.photo(local(10), seen=without())
    cells = asked(chain, ON_SHELF)
    # three must-have goods; cola was away for 15 of 60 minutes
    assert ON_SHELF.value(cells[Cell("s01", TODAY, 9)]) == pytest.approx((180 - 15) / 180)
    assert cells[Cell("s01", TODAY, 9)].coverage == pytest.approx(1.0)


def test_a_product_with_one_of_two_slots_empty_is_available(chain: SmallChain) -> None:
    chain.photo(local(9), seen=without("A-1-1"))
    assert value(chain, ON_SHELF) == 1.0


def test_pictures_that_are_not_clear_leave_both_sides(chain: SmallChain) -> None:
    chain.photo(local(9))
    chain.photo(local(9, 30), quality="fogged")
    cells = asked(chain, ON_SHELF)
    assert ON_SHELF.value(cells[Cell("s01", TODAY, 9)]) == 1.0
    assert cells[Cell("s01", TODAY, 9)].coverage == pytest.approx(0.5)
    assert ON_SHELF.value(cells[Cell("s01", TODAY, 10)]) is None


def test_hidden_slots_leave_both_sides(chain: SmallChain) -> None:
    chain.photo(local(9), seen=without("A-2-1", "A-2-3"), hidden=("A-2-1", "A-2-3"))
    cell = asked(chain, ON_SHELF)[Cell("s01", TODAY, 9)]
    assert ON_SHELF.value(cell) == 1.0
    assert cell.coverage == pytest.approx(2 / 3)


def test_a_photo_speaks_no_longer_than_one_and_a_half_intervals(chain: SmallChain) -> None:
    chain.photo(local(9))
    cells = asked(chain, ON_SHELF)
    assert cells[Cell("s01", TODAY, 10)].coverage == pytest.approx(0.5)
    assert ON_SHELF.value(cells[Cell("s01", TODAY, 11)]) is None


def with_priority_list(chain: SmallChain, *must_have: str) -> None:
    """From today on the fixture has a plan that is only a list."""
    chain.add(
        PlanogramRow(
            tenant_id=TENANT,
            planogram_id="s01-list",
            version=1,
            fixture_id="s01-a",
            valid_from=local(0),
            must_have=list(must_have),
        )
    )
    chain.flush()


def test_a_priority_list_is_judged_without_slots(chain: SmallChain) -> None:
    with_priority_list(chain, WATER, RIVAL)
    chain.photo(local(9), seen=without(), plan=("s01-list", 1))
    # water stands there; the rival's cola, which no listing calls must-have, does not
    assert value(chain, MUST_HAVE_PRESENT) == pytest.approx(1 / 2)
    assert value(chain, ON_SHELF) == pytest.approx(1 / 2)
    assert value(chain, MUST_HAVE_PRESENT, Aspect(brand_id=OTHER)) == 0.0
    assert value(chain, COMPLIANCE) is None


def test_what_may_stand_behind_a_hidden_place_is_not_called_absent(chain: SmallChain) -> None:
    with_priority_list(chain, WATER, RIVAL)
    chain.photo(local(9), seen=without("A-2-1"), hidden=("A-2-1",), plan=("s01-list", 1))
    assert value(chain, MUST_HAVE_PRESENT) == 1.0


def test_must_have_goods_present_are_those_of_the_last_clear_photo(chain: SmallChain) -> None:
    chain.photo(local(9))
    chain.photo(local(10), seen=without("A-2-1", "A-2-3"))
    assert value(chain, MUST_HAVE_PRESENT) == pytest.approx(2 / 3)


def test_without_any_photo_a_shelf_has_no_figures(chain: SmallChain) -> None:
    for metric in (ON_SHELF, FACINGS, SHARE_OF_SHELF, PURITY, COMPLIANCE):
        assert value(chain, metric) is None


def test_facings_are_the_last_clear_photos_and_never_summed_over_time(chain: SmallChain) -> None:
    chain.photo(local(9))
    chain.photo(local(10), seen=without("A-1-1"))
    chain.photo(local(11), quality="dark")
    assert value(chain, FACINGS) == 5
    assert value(chain, FACINGS, Aspect(brand_id=OTHER)) == 0


def test_facings_of_a_fixture_that_is_hidden_whole_are_no_data(chain: SmallChain) -> None:
    chain.photo(local(9), seen={}, hidden=tuple(PLAN))
    assert value(chain, FACINGS) is None
    assert value(chain, FACINGS, Aspect(brand_id=OWN)) is None


def test_a_fixture_hidden_in_part_or_empty_has_its_facings(chain: SmallChain) -> None:
    chain.photo(local(9), seen={}, hidden=tuple(PLAN)[1:])
    assert value(chain, FACINGS) == 0
    chain.photo(local(10), seen={"A-1-1": WATER}, hidden=tuple(PLAN)[1:])
    assert value(chain, FACINGS) == 1
    chain.photo(local(11), seen={})
    assert value(chain, FACINGS) == 0


def test_share_of_shelf_counts_unknown_packs(chain: SmallChain) -> None:
    chain.photo(local(9), seen={**PLAN, "A-1-1": RIVAL, "A-1-2": None})
    # 4 own of 6 facings; by width 4 × 65 of 4 × 65 + 130 + one unknown at the mean (390 / 5)
    assert value(chain, SHARE_OF_SHELF) == pytest.approx(4 / 6)
    assert value(chain, SHARE_OF_SHELF, Aspect(brand_id=OTHER)) == pytest.approx(1 / 6)
    assert value(chain, SHARE_OF_SHELF_BY_WIDTH) == pytest.approx(260 / (390 + 78))


def test_purity_has_the_range_that_unknown_packs_leave(chain: SmallChain) -> None:
    chain.photo(local(9), seen={**PLAN, "A-1-1": RIVAL, "A-1-2": None})
    sums = total(asked(chain, PURITY).values())
    assert PURITY.value(sums) == pytest.approx(4 / 6)
    assert PURITY.range(sums) == (pytest.approx(4 / 6), pytest.approx(5 / 6))


@pytest.mark.parametrize(
    ("allowed", "unknown", "foreign", "verdict"),
    [
        (36, 0, 4, Verdict.GOOD),
        (30, 3, 7, Verdict.BAD),
        (35, 5, 0, Verdict.TO_BE_REVIEWED),
        (36, 4, 0, Verdict.GOOD),
        (0, 0, 0, Verdict.NO_DATA),
    ],
)
def test_purity_is_judged_only_when_its_whole_range_is_on_one_side(
    allowed: int, unknown: int, foreign: int, verdict: Verdict
) -> None:
    sums = Sums(
        amount=allowed, base=allowed + unknown + foreign, low=allowed, high=allowed + unknown
    )
    assert purity_verdict(sums, target=0.9) is verdict


def test_compliance_tells_presence_position_and_facings_apart(chain: SmallChain) -> None:
    swapped = {**without("A-1-1"), "A-1-3": COLA, "A-2-1": TEA}
    chain.photo(local(9), seen=swapped, extra=[])
    # A-1-1 empty (its water stands in A-1-2), A-1-3 and A-2-1 swapped
    assert value(chain, COMPLIANCE_PRESENCE) == pytest.approx(6 / 6)
    assert value(chain, COMPLIANCE_POSITION) == pytest.approx(3 / 6)
    assert value(chain, COMPLIANCE_FACINGS) == pytest.approx(3 / 6)
    assert value(chain, COMPLIANCE) == pytest.approx(3 / 6)


def test_hidden_slots_leave_the_denominator_of_compliance(chain: SmallChain) -> None:
    chain.photo(local(9), seen=without("A-1-1"), hidden=("A-1-1",))
    assert value(chain, COMPLIANCE_POSITION) == pytest.approx(5 / 5)


def test_a_brand_is_judged_on_its_own_goods(chain: SmallChain) -> None:
    chain.photo(local(9), seen={**PLAN, "A-1-1": RIVAL})
    assert value(chain, ON_SHELF, Aspect(brand_id=OWN)) == 1.0
    assert value(chain, ON_SHELF, Aspect(brand_id=OTHER)) is None
    assert value(chain, PURITY, Aspect(brand_id=OTHER)) is None
    assert tuple(dict.fromkeys(PLAN.values())) == (WATER, TEA, COLA)
