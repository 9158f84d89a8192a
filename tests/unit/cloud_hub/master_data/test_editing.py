"""One store's master data, checked and written."""

from datetime import date, time

import pytest
import sqlalchemy as sa
from pydantic import ValidationError

from cloud_hub.core.errors import NotFound
from cloud_hub.master_data.editing import edit_store, read_store, renamed, write_store
from cloud_hub.master_data.former import Change
from cloud_hub.master_data.place_tables import DeviceRow, FixtureRow
from device_profiles.names import Names
from tests.small_chain import TENANT, SmallChain

HOURS = {"opens": time(8), "closes": time(20), "exceptions": {date(2026, 12, 25): None}}


def test_a_store_is_read_back_as_it_was_written(two_stores: SmallChain) -> None:
    with two_stores.database.writing() as session:
        known = read_store(session, TENANT, "s01")
        moved = known.model_copy(update={"time_zone": "Asia/Shanghai", "selling_area_m2": 12.5})
        change = Change(session=session, tenant_id=TENANT, since=None)
        assert write_store(change, moved)
        session.expire_all()
        assert read_store(session, TENANT, "s01") == moved
        assert read_store(session, TENANT, "s02").time_zone == "Etc/GMT-8"


def test_a_store_that_is_not_there_is_neither_read_nor_edited(two_stores: SmallChain) -> None:
    with two_stores.reading() as session:
        for tenant_id, store_id in ((TENANT, "s99"), ("nobody", "s01")):
            with pytest.raises(NotFound, match="there is no store"):
                read_store(session, tenant_id, store_id)
            with pytest.raises(NotFound):
                edit_store(session, tenant_id, store_id, {})


def test_an_edit_tells_what_it_changed_and_leaves_the_rest(two_stores: SmallChain) -> None:
    with two_stores.database.writing() as session:
        edited = edit_store(
            session,
            TENANT,
            "s01",
            {"selling_area_m2": 60.0, "time_zone": "Etc/GMT-8", "opening_hours": HOURS},
        )
        assert set(edited.before) == set(edited.after) == {"selling_area_m2", "opening_hours"}
        assert (edited.before["selling_area_m2"], edited.after["selling_area_m2"]) == (50.0, 60.0)
        assert edited.after["opening_hours"]["exceptions"] == {"2026-12-25": []}
        store = read_store(session, TENANT, "s01")
        assert store.opening_hours.on(date(2026, 12, 24)) == ((time(8), time(20)),)
        assert store.name["en"] == "Store 01"
        assert session.scalar(sa.select(sa.func.count()).select_from(DeviceRow)) == 6
        assert session.scalar(sa.select(sa.func.count()).select_from(FixtureRow)) == 2


def test_an_edit_that_changes_nothing_says_so(two_stores: SmallChain) -> None:
    with two_stores.database.writing() as session:
        edited = edit_store(session, TENANT, "s01", {"selling_area_m2": 50})
        assert (dict(edited.before), dict(edited.after)) == ({}, {})


@pytest.mark.parametrize(
    "changes",
    [
        {"time_zone": "Mars/Olympus"},
        {"gln": "123"},
        {"selling_area_m2": 0},
        {"name": {}},
        {"opening_hours": {"opens": "25:00", "closes": "20:00"}},
    ],
)
def test_what_the_importer_refuses_is_refused_and_named(
    two_stores: SmallChain, changes: dict[str, object]
) -> None:
    with two_stores.database.writing() as session:
        before = read_store(session, TENANT, "s01")
        with pytest.raises(ValidationError) as error:
            edit_store(session, TENANT, "s01", changes)
        assert {one["loc"][0] for one in error.value.errors()} == set(changes)
        assert read_store(session, TENANT, "s01") == before


def test_a_name_keeps_the_languages_that_nobody_was_asked_for() -> None:
    known = Names(en="Gate", fr="Porte", zh="门")
    assert renamed(known, Names(en="North Gate"), ["en", "zh"]) == {
        "en": "North Gate",
        "fr": "Porte",
    }
    assert renamed(known, Names(), ["en", "zh", "fr"]) == {}
    assert renamed(Names(), Names(es="Puerta"), ["es"]) == {"es": "Puerta"}
