"""A store, a fixture, a product leaves the chain: past days keep it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from cloud_hub.access.audit_log import first_forged
from cloud_hub.access.tables import AuditEntry
from cloud_hub.admin.removal_kind import RemovalKind
from cloud_hub.admin.removing import Removal, Removed, remove
from cloud_hub.boards.brand.view import brand_view
from cloud_hub.boards.devices.fleet_view import fleet_view
from cloud_hub.boards.home.view import home_view
from cloud_hub.boards.shelf.view import shelf_view
from cloud_hub.boards.store.view import store_view
from cloud_hub.core.errors import NotFound, Refused
from cloud_hub.core.storage.database import Database
from cloud_hub.insight.metric import Aspect
from cloud_hub.insight.window import between
from cloud_hub.master_data import goods_tables as goods
from cloud_hub.master_data import place_tables as place
from cloud_hub.master_data.chain import Chain, read_chain
from cloud_hub.master_data.exporting import exported_chain
from cloud_hub.master_data.importer import import_chain
from cloud_hub.register import METRICS, SEARCHES
from cloud_hub.tasks.tables import Task
from cloud_hub.web.frame import frame_view
from device_profiles.names import Names
from device_profiles.store import ChainProfile
from tests.small_chain import NOW, OWN, RIVAL, TENANT, TODAY, WATER, SmallChain, head_office, local
from tests.talking_device import COLA, NOON, OOLONG, small_chain

YESTERDAY = TODAY - timedelta(days=1)
LOADED = "linguang"


@pytest.fixture
def chain(database: Database) -> SmallChain:
    """Two stores in which something happened yesterday."""
    told = SmallChain(database)
    told.master_data(2)
    for store_id in ("s01", "s02"):
        told.receipt(
            local(12, day=YESTERDAY), (RIVAL, "2", "7.00"), store_id=store_id, day=YESTERDAY
        )
        told.photo(local(12, day=YESTERDAY), store_id=store_id)
    told.flush()
    return told


def left(chain: SmallChain, store_id: str) -> None:
    """The devices of a store are not in the chain's file any more."""
    chain.flush()
    with chain.database.writing() as session:
        session.execute(
            sa.update(place.DeviceRow)
            .where(place.DeviceRow.tenant_id == TENANT, place.DeviceRow.store_id == store_id)
            .values(left_at=NOW)
        )


def removed(
    database: Database, kind: RemovalKind, identity: str, tenant_id: str = TENANT
) -> Removed:
    removal = Removal(tenant_id=tenant_id, kind=kind, identity=identity, by="anna", now=NOW)
    with database.writing() as session:
        return remove(session, removal)


def refusal(database: Database, kind: RemovalKind, identity: str) -> str:
    with pytest.raises(Refused) as told:
        removed(database, kind, identity)
    assert told.value.status == 409
    assert "\n" not in str(told.value)
    return str(told.value)


def known(database: Database, tenant_id: str = TENANT) -> Chain:
    with database.sessions() as session:
        found = read_chain(session, tenant_id)
    assert found is not None
    return found


def rows(database: Database, model: type[place.Base], **key: str) -> int:
    with database.sessions() as session:
        count = session.scalar(sa.select(sa.func.count()).select_from(model).filter_by(**key))
    assert count is not None
    return count


def test_a_store_that_has_facts_leaves_today_and_stays_in_the_past(chain: SmallChain) -> None:
    left(chain, "s02")
    done = removed(chain.database, RemovalKind.STORE, "s02")
    assert done.retired_from == TODAY
    assert done.told == "store 's02' is retired from 2026-03-04 on; the days before keep it"
    with chain.reading() as session:
        who = head_office()
        home = home_view(session, who, NOW, SEARCHES)
        assert [row.store_id for row in home.stores] == ["s01"]
        assert home.stores_total == 1
        fleet = fleet_view(session, who, NOW)
        assert {row.store_id for row in fleet.devices} == {"s01"}
        frame = frame_view(session, who)
        assert frame is not None
        assert [each.identity for each in frame.stores] == ["s01"]
        with pytest.raises(NotFound):
            store_view(session, who, NOW, "s02", SEARCHES)
        with pytest.raises(NotFound):
            shelf_view(session, who, NOW, "s02-a", SEARCHES)
    hours = known(chain.database).stores["s02"].hours
    assert hours.is_there_on(YESTERDAY)
    assert not hours.is_there_on(TODAY)


def test_every_metric_of_every_page_is_still_told_without_the_store(chain: SmallChain) -> None:
    left(chain, "s02")
    removed(chain.database, RemovalKind.STORE, "s02")
    stores = [store.hours for store in known(chain.database).stores.values()]
    window = between(TENANT, stores, YESTERDAY, TODAY, NOW)
    assert {(day.store_id, day.day) for day in window.days} == {
        ("s01", YESTERDAY),
        ("s02", YESTERDAY),
        ("s01", TODAY),
    }
    with chain.reading() as session:
        for metric in METRICS.values():
            cells = metric.measure(session, window, Aspect())
            assert ("s02", TODAY) not in {(cell.store_id, cell.day) for cell in cells}, metric.name
        sold = METRICS["net-sales"].measure(session, window, Aspect())
        assert {cell.store_id for cell in sold if cell.day == YESTERDAY} == {"s01", "s02"}


def test_a_day_on_which_a_store_sold_is_its_last_one(chain: SmallChain) -> None:
    chain.receipt(local(9), (RIVAL, "1", "3.50"), store_id="s02")
    left(chain, "s02")
    done = removed(chain.database, RemovalKind.STORE, "s02")
    assert done.retired_from == TODAY + timedelta(days=1)
    with chain.reading() as session:
        assert home_view(session, head_office(), NOW, SEARCHES).stores_total == 2
        tomorrow = home_view(session, head_office(), NOW + timedelta(days=1), SEARCHES)
        assert tomorrow.stores_total == 1


def test_a_fixture_leaves_today_and_past_photos_still_count(chain: SmallChain) -> None:
    left(chain, "s02")
    stores = [store.hours for store in known(chain.database).stores.values()]
    window = between(TENANT, stores, YESTERDAY, YESTERDAY, NOW)
    availability = METRICS["on-shelf-availability"]
    with chain.reading() as session:
        before = availability.measure(session, window, Aspect())
    assert removed(chain.database, RemovalKind.FIXTURE, "s02-a").retired_from == TODAY
    with chain.reading() as session:
        assert availability.measure(session, window, Aspect()) == before != {}
        view = store_view(session, head_office(), NOW, "s02", SEARCHES)
        assert view.fixtures == ()
        brand = brand_view(session, head_office(), NOW, OWN)
        assert {row.store_id for row in brand.outlets} == {"s01"}


def test_a_product_is_listed_no_more_and_past_days_know_that_it_was(chain: SmallChain) -> None:
    done = removed(chain.database, RemovalKind.PRODUCT, RIVAL)
    assert done.retired_from == TODAY
    told = known(chain.database)
    assert ("s01", RIVAL) not in told.listings
    assert told.product_name(RIVAL).text("en") == "Rival Cola"
    assert told.is_must_have("s01", RIVAL, YESTERDAY) is False


@pytest.mark.parametrize(
    ("kind", "identity", "words"),
    [
        (RemovalKind.STORE, "s02", ("devices 's02-cooler', 's02-door', 's02-till'", "load it")),
        (RemovalKind.FIXTURE, "s02-a", ("device 's02-cooler'", "load it")),
        (RemovalKind.PRODUCT, WATER, ("plan 's01-plan' of fixture 's01-a'", "load a plan without")),
    ],
)
def test_what_something_hangs_on_is_refused_in_one_line(
    chain: SmallChain, kind: RemovalKind, identity: str, words: tuple[str, ...]
) -> None:
    told = refusal(chain.database, kind, identity)
    assert all(word in told for word in words), told
    assert known(chain.database).stores.keys() == {"s01", "s02"}


@pytest.mark.parametrize(
    ("kind", "identity"), [(RemovalKind.STORE, "s02"), (RemovalKind.FIXTURE, "s02-a")]
)
def test_an_open_task_holds_a_store_and_its_fixture_until_it_is_answered(
    chain: SmallChain, kind: RemovalKind, identity: str
) -> None:
    left(chain, "s02")
    task = Task(
        tenant_id=TENANT,
        task_id="t",
        store_id="s02",
        finding="empty-slot/s02-a/A-1-1",
        text=Names(en="Fill it"),
        opened_at=NOW,
    )
    chain.add(task)
    chain.flush()
    told = refusal(chain.database, kind, identity)
    assert "open task 'empty-slot/s02-a/A-1-1': answer" in told
    with chain.database.writing() as session:
        row = session.get_one(Task, (TENANT, "t"))
        row.answered_at, row.answer = NOW, "done"
    assert removed(chain.database, kind, identity).retired_from is not None


@pytest.mark.parametrize("kind", list(RemovalKind))
def test_what_is_not_there_is_not_found_and_what_is_retired_is_told(
    chain: SmallChain, kind: RemovalKind
) -> None:
    with pytest.raises(NotFound, match=f"there is no {kind} 'nowhere'"):
        removed(chain.database, kind, "nowhere")
    left(chain, "s02")
    identity = {
        RemovalKind.STORE: "s02",
        RemovalKind.FIXTURE: "s02-a",
        RemovalKind.PRODUCT: RIVAL,
    }[kind]
    removed(chain.database, kind, identity)
    assert "is retired from 2026-03-04 on already" in refusal(chain.database, kind, identity)


def test_before_and_after_stand_in_the_audit_log(chain: SmallChain) -> None:
    left(chain, "s02")
    removed(chain.database, RemovalKind.STORE, "s02")
    with chain.database.sessions() as session:
        entry = session.scalars(sa.select(AuditEntry)).one()
        assert first_forged(session, TENANT) is None
    assert (entry.actor, entry.action, entry.subject) == ("anna", "store-removed", "s02")
    assert entry.detail["before"]["name"]["en"] == "Store 02"
    assert entry.detail["after"] == {"retired_from": "2026-03-04"}


def without_devices() -> ChainProfile:
    told = small_chain(2).model_dump(mode="json")
    told["stores"][1]["devices"] = []
    return ChainProfile.model_validate(told)


def test_what_never_had_a_fact_is_deleted_whole_and_can_be_loaded_again(database: Database) -> None:
    with database.writing() as session:
        import_chain(session, without_devices(), NOON)
        before = exported_chain(session, LOADED)
    key = {"tenant_id": LOADED, "store_id": "s02"}
    assert removed(database, RemovalKind.STORE, "s02", LOADED).retired_from is None
    for model in (place.StoreRow, place.FixtureRow, place.DeviceRow, goods.ListingRow):
        assert rows(database, model, **key) == 0, model
    with database.writing() as session:
        import_chain(session, without_devices(), NOON)
        assert exported_chain(session, LOADED) == before


@pytest.mark.parametrize(
    "happened",
    [
        lambda told, gtin: told.stock(gtin, "1", "back", at=NOW),
        lambda told, gtin: told.receipt(NOW, (gtin, "1", "2.00")),
        lambda told, gtin: told.photo(NOW, seen={"A-1-1": gtin}),
    ],
)
def test_a_product_of_which_anything_is_known_is_never_deleted(
    database: Database, happened: Callable[[SmallChain, str], object]
) -> None:
    told = SmallChain(database)
    told.master_data(1)
    gtin = "09520000000077"
    told.add(
        goods.ProductRow(
            tenant_id=TENANT,
            gtin=gtin,
            brand_id=OWN,
            name=Names(en="New"),
            category=Names(en="Drinks"),
            width_mm=60.0,
            sold_by_weight=False,
        )
    )
    told.flush()
    happened(told, gtin)
    told.flush()
    assert removed(database, RemovalKind.PRODUCT, gtin).retired_from is not None


def test_a_retired_store_that_is_loaded_again_is_back_and_the_days_between_stay_without_it(
    database: Database,
) -> None:
    with database.writing() as session:
        import_chain(session, without_devices(), NOON)
        session.get_one(place.StoreRow, (LOADED, "s02")).retired_from = TODAY - timedelta(days=9)
        session.get_one(place.FixtureRow, (LOADED, "s02-a")).retired_from = TODAY - timedelta(
            days=9
        )
    with database.writing() as session:
        import_chain(session, without_devices(), NOW)
    told = known(database, LOADED)
    hours = told.stores["s02"].hours
    days = [TODAY - timedelta(days=back) for back in (10, 9, 1, 0)]
    assert [hours.is_there_on(day) for day in days] == [True, False, False, True]
    there = [told.fixture_on("s02-a", day).is_there_on(day) for day in days]
    assert there == [True, False, False, True]


def test_what_was_retired_is_not_exported_and_the_rest_loads_again(database: Database) -> None:
    told = without_devices().model_dump(mode="json")
    for store in told["stores"]:
        for listing in store["listings"]:
            listing["must_have"] = True
    told["planograms"] = [
        {
            "planogram_id": f"{store_id}-plan",
            "version": version,
            "fixture_id": f"{store_id}-a",
            "valid_from": f"2026-01-0{version}T00:00:00Z",
            "slots": [{"slot_id": "A-1-1", "gtin": gtin}],
        }
        for store_id in ("s01", "s02")
        for version, gtin in ((1, COLA), (2, OOLONG))
    ]
    with database.writing() as session:
        import_chain(session, ChainProfile.model_validate(told))
    assert removed(database, RemovalKind.PRODUCT, COLA, LOADED).retired_from is not None
    assert known(database, LOADED).is_must_have("s01", COLA, YESTERDAY)
    assert not known(database, LOADED).is_must_have("s01", COLA, TODAY)
    with database.writing() as session:
        session.get_one(place.StoreRow, (LOADED, "s02")).retired_from = TODAY
    with database.writing() as session:
        exported = exported_chain(session, LOADED)
        assert [store.store_id for store in exported.stores] == ["s01"]
        assert COLA not in {product.gtin for product in exported.products}
        assert [(p.planogram_id, p.version) for p in exported.planograms] == [("s01-plan", 2)]
        import_chain(session, exported, NOW + timedelta(days=1))
        assert exported_chain(session, LOADED) == exported
