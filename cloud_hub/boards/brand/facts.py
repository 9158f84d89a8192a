"""A brand's coolers and goods as one viewer may see them: what every part of its board reads."""

from dataclasses import dataclass

from cloud_hub.access.naming import Naming
from cloud_hub.access.viewer import Viewer
from cloud_hub.insight.figures import Comparison, compare
from cloud_hub.insight.snapshot import Snapshot
from cloud_hub.master_data.chain import FixtureInfo
from cloud_hub.shelf.figures import data_age, photos_of
from cloud_hub.shelf.measures import Photos
from cloud_hub.shelf.photos.album import Album
from cloud_hub.shelf.today import photos_today


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandFacts:
    """`album` holds today's photos of the coolers that the brand owns; `read` are the photos that
    figures rest on, of the days that `comparison` compares."""

    snapshot: Snapshot
    brand_id: str
    naming: Naming
    album: Album
    comparison: Comparison
    read: Photos

    @property
    def owned(self) -> list[FixtureInfo]:
        """The coolers that the brand owns."""
        return _owned(self.snapshot, self.brand_id)

    @property
    def seen_today(self) -> int:
        """How many of them a clear photo of today shows."""
        photos = self.snapshot.read(photos_today)
        return sum(
            any(photo.is_clear for photo in photos.get(fixture.fixture_id, ()))
            for fixture in self.owned
        )


def facts_of(snapshot: Snapshot, viewer: Viewer, brand_id: str) -> BrandFacts:
    """The brand as `viewer` may see it."""
    chain = snapshot.chain
    naming = Naming(viewer, chain)
    photos = [
        photo
        for fixture in _owned(snapshot, brand_id)
        for photo in snapshot.read(photos_today).get(fixture.fixture_id, ())
    ]
    comparison = compare(snapshot, snapshot.read(data_age), list(chain.stores))
    return BrandFacts(
        snapshot=snapshot,
        brand_id=brand_id,
        naming=naming,
        album=Album(snapshot.session, chain, naming, snapshot.now, photos),
        comparison=comparison,
        read=photos_of(snapshot, comparison),
    )


def _owned(snapshot: Snapshot, brand_id: str) -> list[FixtureInfo]:
    return [f for f in snapshot.chain.fixtures.values() if f.owner_brand_id == brand_id]
