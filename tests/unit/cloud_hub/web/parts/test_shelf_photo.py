"""A photo with boxes over it."""

import re

import pytest

from cloud_hub.web.parts.shelf_photo import box_name, shelf_photo
from cloud_hub.web.photo import Box, BoxKind
from device_profiles.names import Names
from tests.stage.page_parts import a_photo, a_reader


def box(kind: BoxKind = BoxKind.OWN, *, slot_id: str | None = "A-1-2") -> Box:
    return Box(
        x1=10.4,
        y1=20.0,
        x2=10.6,
        y2=90.0,
        kind=kind,
        label=Names(en="<Tea>", zh="茶"),
        score=0.9,
        slot_id=slot_id,
    )


LAYERS = {"seen": (box(),), "planned": (box(BoxKind.PRODUCT),), "difference": ()}


def test_boxes_lie_in_the_pictures_own_pixels_and_are_never_thinner_than_one() -> None:
    drawn = shelf_photo(a_photo(), {"seen": (box(),)}, a_reader())
    assert 'viewBox="0 0 600 400"' in drawn
    assert 'x="10" y="20" width="1" height="70"' in drawn


def test_of_several_layers_the_first_is_shown_and_one_layer_needs_no_choice() -> None:
    drawn = shelf_photo(a_photo(), LAYERS, a_reader())
    assert re.findall(r'id="layer-(\w+)"( checked)?', drawn) == [
        ("seen", " checked"),
        ("planned", ""),
        ("difference", ""),
    ]
    assert "<fieldset" not in shelf_photo(a_photo(), {"seen": ()}, a_reader())


def test_a_box_is_named_in_the_readers_language_and_nothing_in_it_is_markup() -> None:
    assert 'aria-label="A-1-2 · &lt;Tea&gt;"' in shelf_photo(a_photo(), LAYERS, a_reader())
    assert 'aria-label="A-1-2 · 茶"' in shelf_photo(a_photo(), LAYERS, a_reader(language="zh"))


def test_the_slot_that_was_asked_for_is_pointed_at() -> None:
    assert "box-chosen" in shelf_photo(a_photo(), LAYERS, a_reader(), chosen="A-1-2")
    assert "box-chosen" not in shelf_photo(a_photo(), LAYERS, a_reader(), chosen="A-1-3")
    loose = {"seen": (box(slot_id=None),)}
    assert "box-chosen" not in shelf_photo(a_photo(), loose, a_reader())


def test_an_old_picture_and_one_on_its_way_are_told_as_such() -> None:
    assert "is-old" in shelf_photo(a_photo(is_stale=True), {}, a_reader())
    missing = shelf_photo(a_photo(url=None), {}, a_reader())
    assert "<img" not in missing
    assert "still on its way" in missing


def test_the_key_names_the_colours_that_are_there() -> None:
    drawn = shelf_photo(a_photo(), LAYERS, a_reader())
    assert re.findall(r"swatch swatch-(\w+)", drawn) == ["own", "product"]


@pytest.mark.parametrize("kind", list(BoxKind))
def test_every_kind_of_box_has_a_name_in_both_languages(kind: BoxKind) -> None:
    assert box_name(kind, a_reader()) != box_name(kind, a_reader(language="zh"))
