"""What stands around every page."""

from pathlib import Path

import sqlalchemy as sa

from cloud_hub.core.storage.database import open_database
from cloud_hub.master_data.place_tables import FixtureRow, StoreRow
from cloud_hub.web.frame import FrameView, frame_view, has_chain
from device_profiles.store import LoginRole
from tests.small_chain import OWN, TENANT, SmallChain, head_office, viewer


def frame(chain: SmallChain, tenant_id: str = TENANT) -> FrameView | None:
    with chain.reading() as session:
        return frame_view(session, viewer(LoginRole.HEAD_OFFICE, tenant_id=tenant_id))


def test_a_frame_names_the_chain_its_stores_and_the_brands_that_own_a_cooler(
    two_stores: SmallChain,
) -> None:
    found = frame(two_stores)
    assert found is not None
    assert (found.name.text("zh"), found.simulated, found.currency) == ("连锁", True, "CNY")
    assert [store.identity for store in found.stores] == ["s01", "s02"]
    assert [brand.identity for brand in found.brands] == [OWN]
    assert found.zone.key == "Etc/GMT-8"


def test_a_brand_that_owns_nothing_any_more_is_not_offered(two_stores: SmallChain) -> None:
    with two_stores.database.writing() as session:
        session.execute(sa.update(FixtureRow).values(owner_brand_id=None))
    found = frame(two_stores)
    assert found is not None
    assert found.brands == ()


def test_a_chain_without_stores_tells_its_time_in_utc(two_stores: SmallChain) -> None:
    with two_stores.database.writing() as session:
        session.execute(sa.delete(StoreRow))
    found = frame(two_stores)
    assert found is not None
    assert (found.stores, found.zone.key) == ((), "UTC")


def test_a_chain_that_is_not_there_has_no_frame(two_stores: SmallChain, tmp_path: Path) -> None:
    assert frame(two_stores, "nobody") is None
    empty = open_database(f"sqlite:///{tmp_path / 'empty.db'}")
    with empty.sessions() as session:
        assert not has_chain(session)
        assert frame_view(session, head_office()) is None
    empty.close()
    with two_stores.reading() as session:
        assert has_chain(session)
