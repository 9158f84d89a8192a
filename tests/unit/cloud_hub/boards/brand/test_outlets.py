"""A brand's outlets, worst first."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from cloud_hub.access.permissions import Permission
from cloud_hub.boards.brand.facts import BrandFacts, facts_of
from cloud_hub.boards.brand.outlets import (
    SHARE_DAYS,
    BrandGap,
    OutletRow,
    ShareDay,
    brand_gaps,
    competitors,
    outlet_rows,
    share_days,
)
from cloud_hub.boards.problems.scope import snapshot_for
from cloud_hub.shelf.measures import Verdict
from device_profiles.store import LoginRole
from tests.small_chain import NOW, OWN, PLAN, RIVAL, TODAY, SmallChain, local, viewer


def without(*slots: str) -> dict[str, str | None]:
    return {slot: gtin for slot, gtin in PLAN.items() if slot not in slots}


@contextmanager
def facts(chain: SmallChain) -> Iterator[BrandFacts]:
    who = viewer(LoginRole.BRAND, OWN)
    with chain.reading() as session:
        yield facts_of(snapshot_for(session, who, Permission.SEE_BRAND, NOW), who, OWN)


def outlets(chain: SmallChain) -> tuple[OutletRow, ...]:
    with facts(chain) as seen:
        return outlet_rows(seen, brand_gaps(seen.snapshot, OWN))


def gaps(chain: SmallChain, brand_id: str = OWN) -> tuple[BrandGap, ...]:
    with facts(chain) as seen:
        return brand_gaps(seen.snapshot, brand_id)


def share(chain: SmallChain) -> tuple[ShareDay, ...]:
    with facts(chain) as seen:
        return share_days(seen.snapshot.session, seen.snapshot, OWN)


def reasons(row: OutletRow) -> list[str]:
    return [reason.text("en") for reason in row.reasons]


def test_an_outlet_without_a_photo_claims_nothing(two_stores: SmallChain) -> None:
    first, second = outlets(two_stores)
    assert (first.fixture_id, second.fixture_id) == ("s01-a", "s02-a")
    assert (first.photo, first.cost, first.purity_verdict) == (None, None, Verdict.NO_DATA)
    assert (first.on_shelf.value, first.reasons) == (None, ())


def test_a_full_and_pure_outlet_has_no_reason_to_be_visited(two_stores: SmallChain) -> None:
    two_stores.photo(local(14))
    row = next(each for each in outlets(two_stores) if each.fixture_id == "s01-a")
    assert (row.purity_verdict, row.reasons) == (Verdict.GOOD, ())
    assert (row.on_shelf.value, row.purity.value, row.compliance.value) == (1, 1, 1)


def test_the_outlet_with_more_reasons_stands_first(two_stores: SmallChain) -> None:
    two_stores.photo(local(14))
    for hour in (13, 14):
        two_stores.photo(
            local(hour), store_id="s02", seen={**without("A-2-1", "A-2-3"), "A-1-1": RIVAL}
        )
    worst = outlets(two_stores)[0]
    assert worst.fixture_id == "s02-a"
    assert reasons(worst) == ["1 Rival pack in your cooler since 13:00", "2 empty: Cola, Cola"]


def test_a_store_that_is_not_heard_is_the_first_reason(two_stores: SmallChain) -> None:
    two_stores.unlink("s02", local(12))
    worst = outlets(two_stores)[0]
    assert (worst.store_id, reasons(worst)) == ("s02", ["not heard for 2 h 32 min"])


def test_a_gap_is_told_with_its_age_and_counts_once_it_is_confirmed(
    two_stores: SmallChain,
) -> None:
    two_stores.photo(local(14, 28), seen=without("A-2-1"))
    (gap,) = gaps(two_stores)
    assert (gap.slot_id, gap.product_name.text("en")) == ("A-2-1", "Cola")
    assert (gap.age_text.text("en"), gap.confirmed, gap.cost) == ("4 min", False, None)
    two_stores.photo(local(14, 30), seen=without("A-2-1", "A-1-3"))
    older, newer = gaps(two_stores)
    assert (older.slot_id, older.confirmed) == ("A-2-1", True)
    assert (newer.slot_id, newer.confirmed) == ("A-1-3", False)


def test_a_rivals_gap_is_none_of_the_brands(two_stores: SmallChain) -> None:
    two_stores.photo(local(14), seen=without("A-2-1"))
    assert gaps(two_stores, "rival") == ()


def test_whose_packs_stand_in_the_cooler_is_told_most_first(two_stores: SmallChain) -> None:
    two_stores.photo(local(13), seen={**PLAN, "A-1-1": RIVAL})
    two_stores.photo(local(14), seen={**PLAN, "A-1-1": RIVAL, "A-1-2": RIVAL, "A-2-1": None})
    with facts(two_stores) as seen:
        (rival,) = competitors(seen.snapshot, OWN, seen.naming)
    assert (rival.name.text("en"), rival.facings) == ("Rival", 2)
    assert (rival.since, rival.since_text.text("en")) == (local(13), "1 h 32 min")


def test_a_share_rests_on_the_last_clear_photo_of_each_day(two_stores: SmallChain) -> None:
    yesterday = TODAY - timedelta(days=1)
    two_stores.photo(local(9, day=yesterday), seen={**PLAN, "A-1-1": RIVAL})
    two_stores.photo(local(10, day=yesterday), seen={**PLAN, "A-1-1": None})
    two_stores.photo(local(11, day=yesterday), quality="fogged")
    two_stores.photo(local(9, day=TODAY - timedelta(days=SHARE_DAYS)))
    days = share(two_stores)
    assert [day.business_day for day in days] == [
        TODAY - timedelta(days=back) for back in reversed(range(SHARE_DAYS))
    ]
    assert (days[-2].own, days[-2].foreign, days[-2].unknown) == (5, 0, 1)
    assert {day.own for day in days if day is not days[-2]} == {None}


@pytest.mark.parametrize("seen", [{}, {"A-1-1": RIVAL}])
def test_a_cooler_without_own_goods_has_a_share_of_0_and_no_missing_one(
    two_stores: SmallChain, seen: dict[str, str | None]
) -> None:
    two_stores.photo(local(9), seen=seen)
    today = share(two_stores)[-1]
    assert (today.own, today.foreign) == (0, len(seen))
