"""Photos as pages show them: boxes of what was seen, planned, and different."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from cloud_hub.access.naming import Naming
from cloud_hub.access.viewer import Viewer
from cloud_hub.master_data.chain import Chain, read_chain
from cloud_hub.shelf.photos.album import Album, box_kind, slot_places
from cloud_hub.shelf.photos.facts import Basket, Facing, ShelfPhoto, load_photos
from cloud_hub.web.photo import Box, BoxKind
from device_profiles.store import LoginRole
from tests.small_chain import (
    COLA,
    NOW,
    OTHER,
    PLAN,
    RIVAL,
    TEA,
    TENANT,
    WATER,
    SmallChain,
    head_office,
    local,
    viewer,
)


@pytest.fixture
def chain(tmp_path: Path) -> SmallChain:
    return SmallChain.open(tmp_path)


def opened(chain: SmallChain, who: Viewer | None = None) -> tuple[Chain, list[ShelfPhoto], Album]:
    with chain.reading() as session:
        master = read_chain(session, TENANT)
        assert master is not None
        taken = load_photos(session, master)["s01-a"]
        album = Album(session, master, Naming(who or head_office(), master), NOW, taken)
    return master, taken, album


def kinds(boxes: tuple[Box, ...]) -> dict[str | None, BoxKind]:
    return {box.slot_id: box.kind for box in boxes}


def test_everything_that_was_seen_has_its_box(chain: SmallChain) -> None:
    chain.photo(local(14), seen={**PLAN, "A-1-1": None, "A-1-2": TEA, "A-2-1": RIVAL})
    _, (photo,), album = opened(chain)
    assert kinds(album.seen(photo)) == {
        "A-1-1": BoxKind.UNKNOWN,
        "A-1-2": BoxKind.MISPLACED,
        "A-1-3": BoxKind.OWN,
        "A-2-1": BoxKind.FOREIGN,
        "A-2-2": BoxKind.OWN,
        "A-2-3": BoxKind.OWN,
    }
    labels = {box.slot_id: box.label for box in album.seen(photo)}
    said = {slot: [label.text(tag) for tag in ("en", "zh")] for slot, label in labels.items()}
    assert said["A-1-1"] == ["Unknown", "未识别"]
    assert said["A-1-2"] == ["Tea", "茶"]


def test_the_difference_is_only_what_is_wrong(chain: SmallChain) -> None:
    seen = {slot: gtin for slot, gtin in PLAN.items() if slot != "A-1-2"}
    chain.photo(local(14), seen=seen | {"A-2-1": RIVAL})
    _, (photo,), album = opened(chain)
    assert kinds(album.difference(photo)) == {"A-2-1": BoxKind.FOREIGN, "A-1-2": BoxKind.GAP}
    assert kinds(album.of_slots(photo, ["A-1-2"])) == {"A-1-2": BoxKind.GAP}
    assert kinds(album.gaps(photo)) == {"A-1-2": BoxKind.GAP}


def test_a_picture_that_is_not_clear_claims_nothing(chain: SmallChain) -> None:
    chain.photo(local(14), quality="fogged", seen={})
    _, (photo,), album = opened(chain)
    assert (album.seen(photo), album.difference(photo), album.gaps(photo)) == ((), (), ())


def test_a_rival_on_a_brands_page_has_no_name(chain: SmallChain) -> None:
    chain.photo(local(14), seen={"A-1-1": COLA})
    _, (photo,), album = opened(chain, viewer(LoginRole.BRAND, OTHER))
    (box,) = album.seen(photo)
    assert box.label.text("en").startswith("Other ")
    assert "Cola" not in box.label.text("en")


@pytest.mark.parametrize(
    ("gtin", "slot_id", "owner", "kind"),
    [
        (None, "A-1-1", "spring", BoxKind.UNKNOWN),
        (WATER, "A-1-1", "spring", BoxKind.OWN),
        (COLA, "A-1-1", "spring", BoxKind.MISPLACED),
        (RIVAL, "A-1-1", "spring", BoxKind.FOREIGN),
        (RIVAL, None, "spring", BoxKind.FOREIGN),
        (TEA, None, "spring", BoxKind.OWN),
        (TEA, None, None, BoxKind.PRODUCT),
        (RIVAL, "A-1-1", None, BoxKind.PRODUCT),
    ],
)
def test_what_a_facing_is_depends_on_the_plan_and_the_fixtures_owner(
    chain: SmallChain, gtin: str | None, slot_id: str | None, owner: str | None, kind: BoxKind
) -> None:
    chain.photo(local(14))
    master, (photo,), _ = opened(chain)
    fixture = replace(master.fixtures["s01-a"], owner_brand_id=owner)
    facing = Facing((0, 0, 1, 1), gtin, 0.9, slot_id)
    assert box_kind(facing, fixture, photo.plan, master) is kind


def test_a_slot_stands_where_something_was_seen_in_it_now_or_before(chain: SmallChain) -> None:
    chain.photo(local(13))
    chain.photo(local(14), seen={"A-1-1": WATER})
    _, (before, now), album = opened(chain)
    assert set(slot_places(now)) == {"A-1-1"}
    assert set(slot_places(now, [before])) == set(PLAN)
    other_size = replace(before, width_px=1)
    assert set(slot_places(now, [other_size])) == {"A-1-1"}
    assert len(album.planned(now, [before])) == 6


def test_a_slot_that_was_never_seen_lies_by_its_neighbours(chain: SmallChain) -> None:
    chain.photo(local(14), seen={slot: PLAN[slot] for slot in ("A-1-1", "A-1-3", "A-2-1")})
    chain.photo(local(14, 10), seen={slot: PLAN[slot] for slot in ("A-1-1", "A-1-2")})
    _, (between, beyond), _ = opened(chain)
    assert slot_places(between)["A-1-2"] == (200.0, 200.0, 280.0, 380.0)
    assert slot_places(beyond)["A-1-3"] == (300.0, 200.0, 380.0, 380.0)
    assert "A-2-2" not in slot_places(between), "one neighbour says nothing of the spacing"


def test_a_basket_lies_where_the_device_saw_it(chain: SmallChain) -> None:
    chain.photo(local(14), seen={})
    _, (photo,), _ = opened(chain)
    with_basket = replace(photo, baskets=(Basket("A-1-1", 0.4, (1.0, 2.0, 3.0, 4.0)),))
    assert slot_places(with_basket) == {"A-1-1": (1.0, 2.0, 3.0, 4.0)}


def test_a_picture_is_stale_once_the_next_is_overdue_and_has_no_address_until_it_came(
    chain: SmallChain,
) -> None:
    chain.photo(NOW - timedelta(minutes=91))
    chain.photo(NOW - timedelta(minutes=89), stored=False)
    _, (old, fresh), album = opened(chain)
    assert (album.photo(old, ()).is_stale, album.photo(fresh, ()).is_stale) == (True, False)
    assert album.url(old.sha256) == f"/api/v1/media/{old.sha256}"
    assert album.url(fresh.sha256) is None
    shown = album.photo(fresh, ())
    assert (shown.age_s, shown.due_at) == (89 * 60, NOW - timedelta(minutes=29))
