"""Loading a chain: whole or not at all, again and again, and what stays when it changes."""

import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from cloud_hub.core.keys.tokens import hash_token
from cloud_hub.core.storage.database import Database
from cloud_hub.core.storage.table import Base
from cloud_hub.master_data.goods_tables import BrandRow, ListingRow, ProductRow
from cloud_hub.master_data.importer import InvalidMasterData, Loaded, import_chain, read_chain
from cloud_hub.master_data.place_tables import (
    DeviceRow,
    FixtureRow,
    PlanogramRow,
    PlanogramSlot,
    StoreRow,
    Tenant,
)
from device_profiles.opening_hours import Weekday
from device_profiles.store import ChainProfile
from tests.talking_device import APPLES, COLA, NOON, OOLONG, small_chain

TABLES: tuple[type[Base], ...] = (
    BrandRow,
    ProductRow,
    ListingRow,
    Tenant,
    StoreRow,
    FixtureRow,
    DeviceRow,
    PlanogramRow,
    PlanogramSlot,
)
TILL = ("linguang", "s01-till")


def said() -> dict[str, Any]:
    """The small chain as JSON data, with a plan."""
    chain = small_chain(2).model_dump(mode="json")
    chain["planograms"] = [
        {
            "planogram_id": "plan",
            "version": 1,
            "fixture_id": "s01-a",
            "valid_from": "2026-01-01T00:00:00Z",
            "slots": [
                {"slot_id": "A-1-1", "gtin": COLA, "others": [OOLONG]},
                {"slot_id": "A-1-2", "gtin": OOLONG},
            ],
            "must_have": [COLA],
        }
    ]
    return chain


def load(database: Database, chain: dict[str, Any]) -> Loaded:
    with database.writing() as session:
        return import_chain(session, ChainProfile.model_validate(chain))


def kept(database: Database) -> dict[str, list[Any]]:
    with database.sessions() as session:
        return {
            table.__tablename__: sorted(session.execute(sa.select(table.__table__)).all(), key=str)
            for table in TABLES
        }


def test_what_was_loaded_is_told(database: Database) -> None:
    assert load(database, said()) == Loaded(tenant_id="linguang", stores=2, products=3, devices=6)


def test_the_same_chain_twice_changes_nothing(database: Database) -> None:
    load(database, said())
    before = kept(database)
    load(database, said())
    assert kept(database) == before


def test_a_changed_chain_changes_what_it_names(database: Database) -> None:
    chain = said()
    load(database, chain)
    chain["stores"][0]["name"]["en"] = "Renamed"
    chain["stores"][0]["listings"][0]["price"] = "4.25"
    chain["stores"][0]["photo_plans"] = [{"fixture_id": "s01-a", "interval_min": 30}]
    chain["products"][0]["width_mm"] = 70.0
    load(database, chain)
    with database.sessions() as session:
        assert session.get_one(StoreRow, ("linguang", "s01")).name.text("en") == "Renamed"
        assert session.get_one(ListingRow, ("linguang", "s01", COLA)).price == Decimal("4.25")
        assert session.get_one(FixtureRow, ("linguang", "s01-a")).photo_interval_min == 30
        assert session.get_one(ProductRow, ("linguang", COLA)).width_mm == 70.0


def test_listings_slots_and_photo_plans_that_are_no_longer_named_are_gone(
    database: Database,
) -> None:
    chain = said()
    chain["stores"][0]["photo_plans"] = [{"fixture_id": "s01-a", "interval_min": 30}]
    load(database, chain)
    chain["stores"][0]["listings"] = [{"gtin": APPLES, "price": "9.90"}]
    chain["stores"][0]["photo_plans"] = []
    chain["planograms"][0]["slots"].pop()
    load(database, chain)
    with database.sessions() as session:
        listed = session.scalars(sa.select(ListingRow.gtin).where(ListingRow.store_id == "s01"))
        assert list(listed) == [APPLES]
        assert session.get(ListingRow, ("linguang", "s02", COLA)) is not None
        assert list(session.scalars(sa.select(PlanogramSlot.slot_id))) == ["A-1-1"]
        assert session.get_one(FixtureRow, ("linguang", "s01-a")).photo_interval_min is None


def test_stores_products_and_devices_that_are_no_longer_named_stay(database: Database) -> None:
    chain = said()
    load(database, chain)
    chain["stores"].pop()
    chain["products"] = [p for p in chain["products"] if p["gtin"] != APPLES]
    load(database, chain)
    with database.sessions() as session:
        assert session.get(StoreRow, ("linguang", "s02")) is not None
        assert session.get(DeviceRow, ("linguang", "s02-till")) is not None
        assert session.get(ProductRow, ("linguang", APPLES)) is not None


def test_a_device_keeps_its_password_and_its_past(database: Database) -> None:
    chain = said()
    load(database, chain)
    with database.writing() as session:
        till = session.get_one(DeviceRow, TILL)
        till.password_hash, till.claimed_at, till.agent_version = "secret", NOON, "0.1.0"
        till.first_connected_at = till.connected_at = NOON
        till.heard_at = NOON + timedelta(hours=1)
    chain["stores"][0]["devices"][0]["claim_token"] = "another-claim-token"
    chain["stores"][0]["devices"][0]["name"]["en"] = "Renamed"
    load(database, chain)
    with database.sessions() as session:
        till = session.get_one(DeviceRow, TILL)
        assert (till.password_hash, till.agent_version) == ("secret", "0.1.0")
        assert (till.claimed_at, till.first_connected_at, till.connected_at) == (NOON, NOON, NOON)
        assert till.heard_at == NOON + timedelta(hours=1)
        assert till.name.text("en") == "Renamed"
        assert till.claim_token_hash == hash_token("another-claim-token")


def test_claim_tokens_are_kept_as_hashes(database: Database) -> None:
    load(database, said())
    assert "claim-token-s01-till" not in str(kept(database))


def test_a_new_version_of_a_plan_stands_beside_the_old_one(database: Database) -> None:
    chain = said()
    load(database, chain)
    chain["planograms"][0] |= {"version": 2, "valid_from": "2026-06-01T00:00:00Z"}
    load(database, chain)
    with database.sessions() as session:
        assert sorted(session.scalars(sa.select(PlanogramRow.version))) == [1, 2]
        assert len(session.scalars(sa.select(PlanogramSlot)).all()) == 4


def test_opening_hours_with_exceptions_come_back_as_they_were(database: Database) -> None:
    chain = said()
    hours = {
        "week": {day: [["07:00:00", "23:00:00"]] for day in Weekday},
        "exceptions": {"2026-02-17": [], "2026-02-18": [["10:00:00", "16:00:00"]]},
        "holidays": ["2026-02-19"],
        "holiday_spans": [["10:00:00", "12:00:00"], ["14:00:00", "00:00:00"]],
    }
    chain["stores"][0]["opening_hours"] = hours
    load(database, chain)
    with database.sessions() as session:
        assert session.get_one(StoreRow, ("linguang", "s01")).opening_hours == hours


@pytest.mark.parametrize(
    ("spoil", "said_of_it"),
    [
        (lambda chain: chain.pop("currency"), "currency: this is missing"),
        (lambda chain: chain.update(colour="red"), "colour: this name is not known here"),
        (lambda chain: chain["brands"].clear(), "names unknown brand 'quanye'"),
        (
            lambda chain: chain["stores"][0]["listings"][0].update(gtin="09520000000042"),
            "store 's01' lists unknown GTIN 09520000000042",
        ),
        (
            lambda chain: chain["planograms"][0].update(fixture_id="s01-z"),
            "planogram 'plan' names unknown fixture 's01-z'",
        ),
        (
            lambda chain: chain["stores"][1].update(time_zone="Mars/Olympus"),
            "stores.1.time_zone: time zone 'Mars/Olympus' is not known",
        ),
    ],
)
def test_a_file_that_holds_no_chain_is_told_in_one_line(
    tmp_path: Path, spoil: Callable[[dict[str, Any]], object], said_of_it: str
) -> None:
    chain = ChainProfile.model_validate(said()).model_dump(mode="json")
    spoil(chain)
    path = tmp_path / "chain.json"
    path.write_bytes(json.dumps(chain).encode())
    with pytest.raises(InvalidMasterData) as caught:
        read_chain(path)
    assert said_of_it in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    chain = ChainProfile.model_validate(said())
    path = tmp_path / "chain.json"
    path.write_text(chain.model_dump_json())
    assert read_chain(path) == chain
    with pytest.raises(InvalidMasterData, match=r"cannot read .*gone.json"):
        read_chain(tmp_path / "gone.json")
