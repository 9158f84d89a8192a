"""Photos for pages: the boxes of what was seen, of what was planned, and of what differs."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.access.naming import Naming
from cloud_hub.core.text import Said, Text
from cloud_hub.insight.finding import Evidence
from cloud_hub.link.tables import Media
from cloud_hub.master_data.chain import Chain, FixtureInfo, Plan
from cloud_hub.shelf.measures import holds_for
from cloud_hub.shelf.photos.facts import Facing, ShelfPhoto, SlotState, slots_seen
from cloud_hub.web.photo import Box, BoxKind, Photo

Rectangle = tuple[float, float, float, float]

MEDIA_PATH = "/api/v1/media/"
UNKNOWN = Text("Unknown")


class Album:
    """Which pictures' bytes are here, and how each is shown to one viewer at `now`."""

    def __init__(
        self,
        session: Session,
        chain: Chain,
        naming: Naming,
        now: datetime,
        shown: Iterable[ShelfPhoto | Evidence],
    ) -> None:
        self._chain = chain
        self._naming = naming
        self._now = now
        self._stored = _stored(session, chain.tenant_id, {photo.sha256 for photo in shown})

    def url(self, sha256: str) -> str | None:
        """Where the picture's bytes are; None until they have arrived."""
        return f"{MEDIA_PATH}{sha256}" if sha256 in self._stored else None

    def photo(self, taken: ShelfPhoto, boxes: tuple[Box, ...]) -> Photo:
        """The picture with its age. It is stale once the next one is overdue by half an
        interval."""
        fixture = self._chain.fixtures[taken.fixture_id]
        interval = fixture.photo_interval_min
        age = self._now - taken.taken_at
        return Photo(
            sha256=taken.sha256,
            url=self.url(taken.sha256),
            taken_at=taken.taken_at,
            age_s=max(0.0, age.total_seconds()),
            due_at=None if interval is None else taken.taken_at + timedelta(minutes=interval),
            is_stale=age > holds_for(fixture),
            width_px=taken.width_px,
            height_px=taken.height_px,
            quality=taken.quality.value,
            boxes=boxes,
        )

    def seen(self, taken: ShelfPhoto) -> tuple[Box, ...]:
        """A box for everything recognised, and for everything that was not."""
        fixture = self._chain.fixtures[taken.fixture_id]
        return tuple(self._box(facing, fixture, taken.plan) for facing in taken.facings)

    def planned(self, taken: ShelfPhoto, others: Sequence[ShelfPhoto] = ()) -> tuple[Box, ...]:
        """A box for every planned slot whose place in the picture is known."""
        if taken.plan is None:
            return ()
        owner = self._chain.fixtures[taken.fixture_id].owner_brand_id
        places = slot_places(taken, others)
        return tuple(
            self._named(places[slot.slot_id], BoxKind.PRODUCT, slot.gtin, owner, slot.slot_id)
            for slot in taken.plan.slots.values()
            if slot.slot_id in places
        )

    def difference(self, taken: ShelfPhoto, others: Sequence[ShelfPhoto] = ()) -> tuple[Box, ...]:
        """Only what is wrong: gaps, misplaced, foreign and unknown goods."""
        if not taken.is_clear:
            return ()
        wrong = tuple(
            box for box in self.seen(taken) if box.kind not in (BoxKind.OWN, BoxKind.PRODUCT)
        )
        return (*wrong, *self.gaps(taken, others))

    def gaps(self, taken: ShelfPhoto, others: Sequence[ShelfPhoto] = ()) -> tuple[Box, ...]:
        """A dashed box for every planned slot that is empty."""
        if taken.plan is None or not taken.is_clear:
            return ()
        owner = self._chain.fixtures[taken.fixture_id].owner_brand_id
        places = slot_places(taken, others)
        return tuple(
            self._named(
                places[slot_id], BoxKind.GAP, taken.plan.slots[slot_id].gtin, owner, slot_id
            )
            for slot_id, seen in slots_seen(taken, taken.plan).items()
            if seen.state is SlotState.EMPTY and slot_id in places
        )

    def of_slots(
        self, taken: ShelfPhoto, slot_ids: Collection[str], others: Sequence[ShelfPhoto] = ()
    ) -> tuple[Box, ...]:
        """The boxes that a problem with these slots is about."""
        return tuple(box for box in self.difference(taken, others) if box.slot_id in slot_ids)

    def _box(self, facing: Facing, fixture: FixtureInfo, plan: Plan | None) -> Box:
        kind = box_kind(facing, fixture, plan, self._chain)
        name: Said = UNKNOWN
        if facing.gtin is not None:
            name = self._naming.product(facing.gtin, fixture.owner_brand_id)
        return _labelled(facing.box, kind, name, score=facing.score, slot_id=facing.slot_id)

    def _named(
        self, place: Rectangle, kind: BoxKind, gtin: str, owner: str | None, slot_id: str
    ) -> Box:
        name = self._naming.product(gtin, owner)
        return _labelled(place, kind, name, score=None, slot_id=slot_id)


def box_kind(facing: Facing, fixture: FixtureInfo, plan: Plan | None, chain: Chain) -> BoxKind:
    """What a recognised facing is: misplaced when it stands in another product's slot and the plan
    knows it; own or foreign on a brand's fixture; else simply a product."""
    if facing.gtin is None:
        return BoxKind.UNKNOWN
    planned = plan.products if plan else frozenset()
    slot = plan.slots.get(facing.slot_id) if plan and facing.slot_id else None
    is_its_place = slot is not None and facing.gtin in (slot.gtin, *slot.others)
    if slot is not None and not is_its_place and facing.gtin in planned:
        return BoxKind.MISPLACED
    if fixture.owner_brand_id is None:
        return BoxKind.PRODUCT
    allowed = facing.gtin in planned or chain.is_brand(facing.gtin, fixture.owner_brand_id)
    return BoxKind.OWN if allowed else BoxKind.FOREIGN


def slot_places(taken: ShelfPhoto, others: Sequence[ShelfPhoto] = ()) -> dict[str, Rectangle]:
    """Where each planned slot stands in the picture: where its basket lies; where something stands
    in it; else where something stood in another picture of the same camera and size; else by its
    neighbours."""
    places = {basket.slot_id: basket.box for basket in taken.baskets if basket.box is not None}
    alike = [p for p in others if (p.width_px, p.height_px) == (taken.width_px, taken.height_px)]
    for photo in (taken, *reversed(alike)):
        for facing in photo.facings:
            if facing.slot_id is not None:
                places.setdefault(facing.slot_id, facing.box)
    if taken.plan is not None:
        for slot_id in taken.plan.slots:
            if slot_id not in places and (beside := _by_neighbours(slot_id, places)) is not None:
                places[slot_id] = beside
    return places


def _by_neighbours(slot_id: str, places: dict[str, Rectangle]) -> Rectangle | None:
    """The place of a slot from the nearest known ones in its row; None for fewer than two."""
    letter, row, column = slot_id.split("-")
    known = sorted(
        (int(other.split("-")[2]), box)
        for other, box in places.items()
        if other.split("-")[:2] == [letter, row]
    )
    nearest = sorted(known, key=lambda each: abs(each[0] - int(column)))
    left = max((each for each in known if each[0] < int(column)), default=None)
    right = min((each for each in known if each[0] > int(column)), default=None)
    # At the end of a row the spacing of the two nearest goes on.
    pair = (left, right) if left and right else tuple(nearest[:2])
    if len(pair) < 2 or pair[0] is None or pair[1] is None:
        return None
    (first, near), (second, far) = pair
    share = (int(column) - first) / (second - first)
    x1, y1, x2, y2 = (a + (b - a) * share for a, b in zip(near, far, strict=True))
    return x1, y1, x2, y2


def _stored(session: Session, tenant_id: str, hashes: set[str]) -> frozenset[str]:
    if not hashes:
        return frozenset()
    return frozenset(
        session.scalars(
            sa.select(Media.sha256).where(
                Media.tenant_id == tenant_id,
                Media.sha256.in_(hashes),
                Media.stored_at.is_not(None),
            )
        )
    )


def _labelled(
    place: Rectangle, kind: BoxKind, name: Said, *, score: float | None, slot_id: str | None
) -> Box:
    x1, y1, x2, y2 = place
    return Box(
        x1=x1,
        y1=y1,
        x2=x2,
        y2=y2,
        kind=kind,
        label=name,
        score=score,
        slot_id=slot_id,
    )
