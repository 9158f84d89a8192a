"""One fixture as a viewer may see it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa

from cloud_hub.access.permissions import Permission
from cloud_hub.access.viewer import Viewer
from cloud_hub.boards.problems.scope import snapshot_for
from cloud_hub.boards.shelf.facts import FixtureFacts, facts_of
from cloud_hub.master_data.place_tables import FixtureRow
from device_profiles.store import LoginRole
from tests.small_chain import NOW, OWN, PLAN, TODAY, SmallChain, head_office, local, viewer

YESTERDAY = TODAY - timedelta(days=1)


@contextmanager
def facts(chain: SmallChain, who: Viewer | None = None) -> Iterator[FixtureFacts]:
    who = who or head_office()
    with chain.reading() as session:
        snapshot = snapshot_for(session, who, Permission.SEE_SHELF, NOW)
        yield facts_of(snapshot, who, snapshot.chain.fixtures["s01-a"])


def test_a_shelf_that_was_never_photographed_has_nothing_to_show(two_stores: SmallChain) -> None:
    with facts(two_stores) as seen:
        assert (seen.photos, seen.latest, seen.clear, seen.gaps) == ([], None, None, [])
        assert (seen.store.store_id, seen.today.day) == ("s01", TODAY)


def test_the_latest_photo_may_be_of_an_earlier_day_and_then_speaks_no_more(
    two_stores: SmallChain,
) -> None:
    two_stores.photo(local(20, day=YESTERDAY))
    two_stores.photo(local(9, day=YESTERDAY))
    with facts(two_stores) as seen:
        assert seen.photos == []
        assert seen.latest is not None
        assert seen.latest.taken_at == local(20, day=YESTERDAY)
        assert seen.clear is None


def test_todays_photos_come_oldest_first_and_the_last_clear_one_speaks(
    two_stores: SmallChain,
) -> None:
    two_stores.photo(local(14, 20), quality="fogged")
    two_stores.photo(local(14), seen={slot: gtin for slot, gtin in PLAN.items() if slot != "A-1-1"})
    two_stores.photo(local(14, 10), store_id="s02")
    with facts(two_stores) as seen:
        assert [photo.taken_at for photo in seen.photos] == [local(14), local(14, 20)]
        assert seen.latest is seen.photos[1]
        assert seen.clear is not None
        assert seen.clear.taken_at == local(14)
        assert [gap.slot_id for gap in seen.gaps] == ["A-1-1"]


@pytest.mark.parametrize(
    ("who", "owner", "shows"),
    [
        (head_office(), None, True),
        (viewer(LoginRole.BRAND, OWN), OWN, True),
        (viewer(LoginRole.BRAND, OWN), None, False),
    ],
)
def test_a_brand_sees_pictures_of_its_own_coolers_alone(
    two_stores: SmallChain, who: Viewer, owner: str | None, shows: bool
) -> None:
    with two_stores.database.writing() as session:
        session.execute(sa.update(FixtureRow).values(owner_brand_id=owner))
    with facts(two_stores, who) as seen:
        assert seen.shows_pictures is shows
