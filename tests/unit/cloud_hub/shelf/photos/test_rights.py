"""Which pictures a viewer may see."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from cloud_hub.access.viewer import Viewer
from cloud_hub.master_data.place_tables import FixtureRow
from cloud_hub.shelf.photos.rights import may_see_photo, photographed_fixtures
from device_profiles.store import LoginRole
from tests.small_chain import NOW, OTHER, OWN, SmallChain, head_office, viewer


@pytest.fixture
def chain(tmp_path: Path) -> SmallChain:
    return SmallChain.open(tmp_path, stores=2)


def sees(chain: SmallChain, who: Viewer, sha256: str) -> bool:
    with chain.reading() as session:
        return may_see_photo(session, who, sha256)


def test_whoever_sees_the_fixture_sees_its_picture(chain: SmallChain) -> None:
    sha256 = chain.photo(NOW, store_id="s02")
    assert sees(chain, head_office(), sha256)
    assert sees(chain, viewer(LoginRole.STORE, "s02"), sha256)
    assert not sees(chain, viewer(LoginRole.STORE, "s01"), sha256)
    assert not sees(chain, head_office(), "0" * 63 + "f")


def test_a_brand_sees_pictures_of_its_own_fixtures_alone(chain: SmallChain) -> None:
    sha256 = chain.photo(NOW)
    own, rival = viewer(LoginRole.BRAND, OWN), viewer(LoginRole.BRAND, OTHER)
    assert (sees(chain, own, sha256), sees(chain, rival, sha256)) == (True, False)
    with chain.database.writing() as session:
        session.execute(sa.update(FixtureRow).values(owner_brand_id=None))
    assert not sees(chain, own, sha256), "its goods are planned there, and its rivals stand beside"


def test_who_may_not_see_shelves_sees_no_picture(chain: SmallChain) -> None:
    sha256 = chain.photo(NOW)
    assert not sees(chain, viewer(LoginRole.TECHNICIAN), sha256)
    assert sees(chain, viewer(LoginRole.IT), sha256)


def test_another_chain_sees_nothing(chain: SmallChain) -> None:
    sha256 = chain.photo(NOW)
    stranger = viewer(LoginRole.HEAD_OFFICE, tenant_id="other")
    assert not sees(chain, stranger, sha256)


def test_the_fixtures_with_pictures_are_told_as_a_condition(chain: SmallChain) -> None:
    def ids(who: Viewer) -> list[str]:
        with chain.reading() as session:
            query = sa.select(FixtureRow.fixture_id).where(photographed_fixtures(who))
            return sorted(session.scalars(query))

    assert ids(head_office()) == ids(viewer(LoginRole.BRAND, OWN)) == ["s01-a", "s02-a"]
    assert ids(viewer(LoginRole.BRAND, OTHER)) == ids(viewer(LoginRole.BRAND)) == []
