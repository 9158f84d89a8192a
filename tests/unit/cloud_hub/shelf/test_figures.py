"""Shelf figures from photos that were read already."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from cloud_hub.insight.figures import compare
from cloud_hub.insight.metric import Aspect
from cloud_hub.insight.snapshot import Snapshot, load_snapshot
from cloud_hub.shelf.figures import data_age, photo_at, photos_as_of, photos_of, shelf_figures
from cloud_hub.shelf.metrics import COMPLIANCE, ON_SHELF, PURITY
from tests.small_chain import NOW, OWN, PLAN, RIVAL, TENANT, TODAY, SmallChain, local

LAST_WEEK = TODAY - timedelta(days=7)


@contextmanager
def snapshot(chain: SmallChain) -> Iterator[Snapshot]:
    with chain.reading() as session:
        loaded = load_snapshot(session, TENANT, NOW)
        assert loaded is not None
        yield loaded


def without(*slots: str) -> dict[str, str | None]:
    return {slot: gtin for slot, gtin in PLAN.items() if slot not in slots}


def test_a_store_is_as_new_as_its_fixtures_last_clear_picture(two_stores: SmallChain) -> None:
    two_stores.photo(local(13))
    two_stores.photo(local(14))
    two_stores.photo(local(14, 20), quality="fogged")
    two_stores.photo(local(14), store_id="s02", quality="dark")
    with snapshot(two_stores) as now:
        assert photo_at(now) == {"s01": local(14)}
        age = data_age(now)
    assert set(age.data_at) == {"s01", "s02"}
    assert age.photo_at == {"s01": local(14)}


def test_photos_of_both_days_and_of_no_other_are_read(two_stores: SmallChain) -> None:
    two_stores.photo(local(9, day=LAST_WEEK))
    two_stores.photo(local(20, day=LAST_WEEK))
    two_stores.photo(local(9, day=TODAY - timedelta(days=1)))
    two_stores.photo(local(9))
    with snapshot(two_stores) as now:
        asked = compare(now, now.read(data_age), ["s01"])
        photos = photos_of(now, asked)
        assert {fixture: [p.taken_at for p in each] for fixture, each in photos.items()} == {
            "s01-a": [local(9, day=LAST_WEEK), local(9)]
        }, "last week until the same time, and no other store"
        assert photos_as_of(photos, asked) == local(9)


def test_without_a_clear_photo_of_today_a_figure_is_of_no_moment(two_stores: SmallChain) -> None:
    two_stores.photo(local(9, day=LAST_WEEK))
    two_stores.photo(local(9), quality="dark")
    with snapshot(two_stores) as now:
        asked = compare(now, now.read(data_age), ["s01", "s02"])
        assert photos_as_of(photos_of(now, asked), asked) is None


def test_figures_are_of_the_last_photo_and_compare_with_the_week_before(
    two_stores: SmallChain,
) -> None:
    two_stores.photo(local(13, day=LAST_WEEK), seen=without("A-1-1", "A-1-2", "A-1-3"))
    two_stores.photo(local(13), seen=without("A-1-1"))
    two_stores.photo(local(14), seen={**PLAN, "A-2-1": RIVAL})
    with snapshot(two_stores) as now:
        asked = compare(now, now.read(data_age), ["s01"])
        photos = photos_of(now, asked)
        compliance, purity = shelf_figures((COMPLIANCE, PURITY), photos, asked, Aspect())
    assert (compliance.metric, purity.metric) == (COMPLIANCE.name, PURITY.name)
    assert compliance.value == 5 / 6
    assert compliance.previous == 3 / 6
    assert purity.value == 5 / 6
    assert compliance.as_of == local(14)


def test_a_brand_is_asked_about_its_own_fixtures_alone(two_stores: SmallChain) -> None:
    two_stores.photo(local(14))
    with snapshot(two_stores) as now:
        asked = compare(now, now.read(data_age), ["s01", "s02"])
        photos = photos_of(now, asked)
        (own,) = shelf_figures((ON_SHELF,), photos, asked, Aspect(brand_id=OWN))
        (rival,) = shelf_figures((ON_SHELF,), photos, asked, Aspect(brand_id="rival"))
    assert own.value == 1
    assert rival.value is None
