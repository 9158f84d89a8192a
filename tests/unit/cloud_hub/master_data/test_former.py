"""A change of master data leaves past days as they were judged."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from cloud_hub.core.days.opening_hours import store_day
from cloud_hub.core.storage.database import Database
from cloud_hub.master_data.chain import Chain, read_chain
from cloud_hub.master_data.editing import edit_store
from cloud_hub.master_data.former import (
    Change,
    FormerKind,
    FormerRow,
    listing_content,
    listing_id,
    plan_contents,
    read_former,
)
from cloud_hub.master_data.importer import import_chain
from cloud_hub.master_data.place_tables import DeviceRow
from device_profiles.store import ChainProfile
from tests.talking_device import COLA, OOLONG, small_chain

TENANT = "linguang"
CHANGED = datetime(2026, 3, 4, 3, tzinfo=UTC)  # 11:00 in Shanghai
DAY = date(2026, 3, 4)
BEFORE, LATER = DAY - timedelta(days=1), datetime(2026, 6, 1, tzinfo=UTC)


def said() -> dict[str, Any]:
    chain = small_chain(2).model_dump(mode="json")
    chain["planograms"] = [
        {
            "planogram_id": "plan",
            "version": 1,
            "fixture_id": "s01-a",
            "valid_from": "2026-01-01T00:00:00Z",
            "slots": [{"slot_id": "A-1-1", "gtin": COLA}, {"slot_id": "A-1-2", "gtin": OOLONG}],
            "must_have": [COLA],
        }
    ]
    return chain


def load(database: Database, chain: dict[str, Any], since: datetime | None = None) -> None:
    with database.writing() as session:
        import_chain(session, ChainProfile.model_validate(chain), since)


def chain_of(database: Database) -> Chain:
    with database.sessions() as session:
        chain = read_chain(session, TENANT)
    assert chain is not None
    return chain


def former(database: Database) -> list[tuple[str, str]]:
    with database.sessions() as session:
        rows = session.scalars(sa.select(FormerRow).order_by(FormerRow.kind, FormerRow.item_id))
        return [(row.kind, row.item_id) for row in rows]


def test_the_same_chain_twice_keeps_nothing(database: Database) -> None:
    load(database, said())
    load(database, said(), CHANGED)
    load(database, said(), CHANGED + timedelta(days=1))
    assert former(database) == []


def change_hours(chain: dict[str, Any]) -> None:
    chain["stores"][0]["opening_hours"] = {"opens": "10:00", "closes": "12:00"}


def change_area(chain: dict[str, Any]) -> None:
    chain["stores"][0]["selling_area_m2"] = 7.0


def change_zone(chain: dict[str, Any]) -> None:
    chain["stores"][0]["time_zone"] = "Europe/Zurich"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (change_hours, lambda day: day.open_s),
        (change_area, lambda day: day.store.selling_area_m2),
        (change_zone, lambda day: (day.start_at, day.open_at)),
    ],
)
def test_a_days_store_is_what_it_was_at_the_days_end(
    database: Database, change: Callable[[dict[str, Any]], None], told: Callable[[Any], object]
) -> None:
    load(database, said())
    store = chain_of(database).stores["s01"].hours
    was = [told(store_day(store, day, LATER)) for day in (BEFORE, DAY)]
    chain = said()
    change(chain)
    load(database, chain, CHANGED)
    store = chain_of(database).stores["s01"].hours
    assert told(store_day(store, BEFORE, LATER)) == was[0]
    assert told(store_day(store, DAY, LATER)) != was[1]
    load(database, said(), CHANGED + timedelta(days=1))
    store = chain_of(database).stores["s01"].hours
    days = [BEFORE, DAY, DAY + timedelta(days=1)]
    found = [told(store_day(store, day, LATER)) for day in days]
    assert (found[0], found[2]) != (found[1], found[1])
    assert found[0] == was[0]


def test_a_correction_holds_for_the_past_too(database: Database) -> None:
    load(database, said())
    chain = said()
    change_area(chain)
    load(database, chain)
    store = chain_of(database).stores["s01"].hours
    assert store_day(store, BEFORE, LATER).store.selling_area_m2 == 7.0
    assert former(database) == []


def test_a_store_edited_by_hand_keeps_its_past_as_well(database: Database) -> None:
    load(database, said())
    with database.writing() as session:
        edit_store(session, TENANT, "s01", {"selling_area_m2": 9.0}, CHANGED)
        edit_store(session, TENANT, "s01", {"name": "Other"}, CHANGED + timedelta(hours=1))
    store = chain_of(database).stores["s01"].hours
    areas = [store_day(store, day, LATER).store.selling_area_m2 for day in (BEFORE, DAY)]
    assert areas == [said()["stores"][0]["selling_area_m2"], 9.0]
    assert former(database) == [("store", "s01")]


def test_what_was_there_first_is_kept_when_one_moment_sees_two_changes(database: Database) -> None:
    load(database, said())
    with database.writing() as session:
        for area in (9.0, 11.0):
            edit_store(session, TENANT, "s01", {"selling_area_m2": area}, CHANGED)
    store = chain_of(database).stores["s01"].hours
    assert store_day(store, BEFORE, LATER).store.selling_area_m2 not in (9.0, 11.0)


def test_a_must_have_is_one_on_the_days_on_which_it_was(database: Database) -> None:
    chain = said()
    chain["stores"][0]["listings"] = [
        {"gtin": COLA, "price": "3", "must_have": True},
        {"gtin": OOLONG, "price": "3"},
    ]
    load(database, chain)
    chain["stores"][0]["listings"] = [{"gtin": OOLONG, "price": "4", "must_have": True}]
    load(database, chain, CHANGED)
    known = chain_of(database)
    days = (BEFORE, DAY, DAY + timedelta(days=1))
    assert [known.is_must_have("s01", COLA, day) for day in days] == [True, False, False]
    assert [known.is_must_have("s01", OOLONG, day) for day in days] == [False, True, True]
    assert not known.is_must_have("s02", "09520000000999", DAY)
    assert former(database) == [
        ("listing", listing_id("s01", gtin)) for gtin in sorted((COLA, OOLONG))
    ]


def test_a_price_alone_is_no_change_of_what_days_are_judged_by(database: Database) -> None:
    chain = said()
    chain["stores"][0]["listings"] = [{"gtin": COLA, "price": "3", "must_have": True}]
    load(database, chain)
    chain["stores"][0]["listings"][0]["price"] = "4"
    load(database, chain, CHANGED)
    assert former(database) == []


def test_a_store_that_is_new_has_always_listed_what_it_lists(database: Database) -> None:
    chain = said()
    store = chain["stores"][1]
    chain["stores"] = [chain["stores"][0]]
    chain["planograms"] = []
    new = {**store, "store_id": "s09", "fixtures": [], "devices": [], "photo_plans": []}
    new["listings"] = [{"gtin": COLA, "price": "3", "must_have": True}]
    chain["stores"].append(new)
    load(database, chain, CHANGED)
    assert chain_of(database).is_must_have("s09", COLA, BEFORE)
    assert not any("s09" in item for _, item in former(database))


def test_a_plan_changed_in_place_is_what_it_was_until_then(database: Database) -> None:
    load(database, said())
    chain = said()
    chain["planograms"][0]["must_have"] = [OOLONG]
    chain["planograms"][0]["slots"] = [{"slot_id": "A-1-1", "gtin": OOLONG}]
    load(database, chain, CHANGED)
    known = chain_of(database)
    before = known.plan_at("s01-a", CHANGED - timedelta(seconds=1))
    after = known.plan_at("s01-a", CHANGED)
    assert before is not None
    assert after is not None
    assert (set(before.slots), before.must_have) == ({"A-1-1", "A-1-2"}, {COLA})
    assert (set(after.slots), after.must_have) == ({"A-1-1"}, {OOLONG})
    assert (before.planogram_id, before.version) == (after.planogram_id, after.version)


def test_a_device_that_the_chain_names_no_more_has_left_until_it_comes_back(
    database: Database,
) -> None:
    def left(device_id: str) -> datetime | None:
        with database.sessions() as session:
            return session.get_one(DeviceRow, (TENANT, device_id)).left_at

    load(database, said())
    chain = said()
    chain["stores"][0]["devices"] = [
        device for device in chain["stores"][0]["devices"] if device["device_id"] != "s01-till"
    ]
    load(database, chain, CHANGED)
    assert left("s01-till") == CHANGED
    load(database, chain, CHANGED + timedelta(days=1))
    assert left("s01-till") == CHANGED
    load(database, said(), CHANGED + timedelta(days=2))
    assert left("s01-till") is None


def test_what_was_kept_is_read_in_order(database: Database) -> None:
    with database.writing() as session:
        for hours, must_have in ((2, True), (1, False)):
            change = Change(
                session=session, tenant_id=TENANT, since=CHANGED + timedelta(hours=hours)
            )
            change.keep(FormerKind.LISTING, {"s01/x": listing_content(must_have)})
        found = read_former(session, TENANT, FormerKind.LISTING)
        assert [content["must_have"] for _, content in found["s01/x"]] == [False, True]
        assert read_former(session, TENANT, FormerKind.PLAN) == {}
        assert plan_contents(session, "nobody") == {}


def test_a_fixture_was_whose_it_was_and_photographed_as_it_was(database: Database) -> None:
    load(database, said())
    chain = said()
    store = chain["stores"][0]
    (fixture,) = [each for each in store["fixtures"] if each["fixture_id"] == "s01-a"]
    owner = fixture["owner_brand_id"]
    other = None if owner else chain["brands"][0]["brand_id"]
    fixture["owner_brand_id"] = other
    store["photo_plans"] = [{"fixture_id": "s01-a", "interval_min": 15}]
    load(database, chain, CHANGED)
    known = chain_of(database)
    assert known.fixture_on("s01-a", BEFORE).owner_brand_id == owner
    assert known.fixture_on("s01-a", DAY).owner_brand_id == other
    assert known.fixture_on("s01-a", BEFORE).photo_interval_min != 15
    assert known.fixture_on("s01-a", DAY) == known.fixtures["s01-a"]
    assert former(database) == [("fixture", "s01-a")]


def test_a_product_was_the_brands_it_was_and_as_wide_as_it_was(database: Database) -> None:
    first = said()
    first["brands"].append({"brand_id": "other", "name": "Other"})
    load(database, first)
    chain = said()
    chain["brands"] = first["brands"]
    (product,) = [each for each in chain["products"] if each["gtin"] == COLA]
    width_mm = product["width_mm"]
    product |= {"brand_id": "other", "width_mm": 99.0}
    load(database, chain, CHANGED)
    load(database, chain, CHANGED + timedelta(days=1))
    known = chain_of(database)
    assert known.was_brand(COLA, "quanye", "s01", BEFORE)
    assert known.was_brand(COLA, "other", "s01", DAY)
    assert not known.was_brand(COLA, "other", "s01", BEFORE)
    assert not known.was_brand(None, "other", "s01", DAY)
    was, now = (known.product_on(COLA, "s01", day) for day in (BEFORE, DAY))
    assert (was and was.width_mm, now and now.width_mm) == (width_mm, 99.0)
    assert known.product_on("nobody's", "s01", DAY) is None
    assert former(database) == [("product", COLA)]


@pytest.mark.parametrize("field", ["category", "width_mm", "brand_id"])
def test_each_thing_that_figures_depend_on_of_a_product_is_kept(
    database: Database, field: str
) -> None:
    first = said()
    first["brands"].append({"brand_id": "other", "name": "Other"})
    load(database, first)
    value = {"category": {"en": "New"}, "width_mm": 7.0, "brand_id": "other"}[field]
    (product,) = [each for each in first["products"] if each["gtin"] == OOLONG]
    product[field] = value
    load(database, first)
    assert former(database) == []
    product[field] = {"category": {"en": "Newer"}, "width_mm": 8.0, "brand_id": "quanye"}[field]
    load(database, first, CHANGED)
    assert former(database) == [("product", OOLONG)]


def test_a_products_other_name_is_no_change_of_what_it_was(database: Database) -> None:
    load(database, said())
    chain = said()
    chain["products"][0]["name"] = {"en": "Another name"}
    load(database, chain, CHANGED)
    assert former(database) == []


def test_a_cooler_that_was_attended_is_so_on_the_days_before(database: Database) -> None:
    load(database, said())
    chain = said()
    (fixture,) = [each for each in chain["stores"][0]["fixtures"] if each["fixture_id"] == "s01-a"]
    fixture["unattended"] = True
    load(database, chain, CHANGED)
    known = chain_of(database)
    told = [known.fixture_on("s01-a", day).unattended for day in (BEFORE, DAY)]
    assert told == [False, True]
