"""What a brand's board reads."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from cloud_hub.access.permissions import Permission
from cloud_hub.boards.brand.facts import BrandFacts, facts_of
from cloud_hub.boards.problems.scope import snapshot_for
from cloud_hub.master_data.place_tables import FixtureRow
from device_profiles.store import LoginRole
from tests.small_chain import NOW, OTHER, OWN, SmallChain, local, viewer


@contextmanager
def facts(chain: SmallChain, brand_id: str = OWN) -> Iterator[BrandFacts]:
    who = viewer(LoginRole.BRAND, brand_id)
    with chain.reading() as session:
        yield facts_of(snapshot_for(session, who, Permission.SEE_BRAND, NOW), who, brand_id)


def owned(chain: SmallChain, brand_id: str = OWN) -> list[str]:
    with facts(chain, brand_id) as seen:
        return sorted(fixture.fixture_id for fixture in seen.owned)


def test_a_brand_owns_its_coolers_and_nobody_elses(two_stores: SmallChain) -> None:
    assert owned(two_stores) == ["s01-a", "s02-a"]
    assert owned(two_stores, OTHER) == []
    with two_stores.database.writing() as session:
        session.execute(
            sa.update(FixtureRow)
            .where(FixtureRow.fixture_id == "s02-a")
            .values(owner_brand_id=None)
        )
    assert owned(two_stores) == ["s01-a"], "a shelf that plans its goods is not its own"


@pytest.mark.parametrize(("quality", "seen"), [("clear", 1), ("fogged", 0)])
def test_a_cooler_was_seen_today_when_a_clear_photo_shows_it(
    two_stores: SmallChain, quality: str, seen: int
) -> None:
    two_stores.photo(local(9), quality=quality)
    two_stores.photo(local(10), quality=quality)
    with facts(two_stores) as looked:
        assert looked.seen_today == seen


def test_the_album_holds_todays_photos_of_the_brands_coolers(two_stores: SmallChain) -> None:
    own, other = two_stores.photo(local(9)), two_stores.photo(local(9), store_id="s02")
    with two_stores.database.writing() as session:
        session.execute(
            sa.update(FixtureRow)
            .where(FixtureRow.fixture_id == "s02-a")
            .values(owner_brand_id=None)
        )
    with facts(two_stores) as found:
        assert found.album.url(own) is not None
        assert found.album.url(other) is None
