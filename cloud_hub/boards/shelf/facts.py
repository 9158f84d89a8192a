"""One fixture as a viewer may see it at one moment: what every part of its page reads."""

from collections.abc import Sequence
from dataclasses import dataclass

from cloud_hub.access.naming import Naming
from cloud_hub.access.viewer import Viewer
from cloud_hub.core.days.opening_hours import StoreDay
from cloud_hub.insight.snapshot import Snapshot
from cloud_hub.master_data.chain import FixtureInfo, StoreInfo
from cloud_hub.shelf.findings.gaps import open_gaps
from cloud_hub.shelf.gaps import Gap
from cloud_hub.shelf.photos.album import Album
from cloud_hub.shelf.photos.facts import ShelfPhoto, newest_photos
from cloud_hub.shelf.today import last_clear, photos_today


@dataclass(frozen=True, slots=True, kw_only=True)
class FixtureFacts:
    """`photos` are today's, oldest first; `latest` is the last of them, else that of an earlier
    day; `clear` the last that still speaks for the shelf, and `gaps` the slots empty by it."""

    snapshot: Snapshot
    viewer: Viewer
    naming: Naming
    album: Album
    fixture: FixtureInfo
    photos: Sequence[ShelfPhoto]
    latest: ShelfPhoto | None
    clear: ShelfPhoto | None
    gaps: Sequence[Gap]

    @property
    def store(self) -> StoreInfo:
        """Where the fixture stands."""
        return self.snapshot.chain.stores[self.fixture.store_id]

    @property
    def today(self) -> StoreDay:
        """The store's today."""
        return self.snapshot.day_of(self.fixture.store_id)

    @property
    def shows_pictures(self) -> bool:
        """Whether the viewer may see the fixture's pictures."""
        return not self.naming.hides_pictures(self.fixture.owner_brand_id)


def facts_of(snapshot: Snapshot, viewer: Viewer, fixture: FixtureInfo) -> FixtureFacts:
    """The fixture as `viewer` may see it."""
    session, chain, now = snapshot.session, snapshot.chain, snapshot.now
    fixture_id = fixture.fixture_id
    photos = snapshot.read(photos_today).get(fixture_id, [])
    naming = Naming(viewer, chain)
    latest = (
        photos[-1]
        if photos
        else newest_photos(session, chain, [fixture_id], before=now).get(fixture_id)
    )
    clear = last_clear(snapshot, fixture_id)
    return FixtureFacts(
        snapshot=snapshot,
        viewer=viewer,
        naming=naming,
        album=Album(session, chain, naming, now, [*photos, *([latest] if latest else [])]),
        fixture=fixture,
        photos=photos,
        latest=latest,
        clear=clear,
        gaps=open_gaps(snapshot, clear) if clear else [],
    )
