"""A photo with boxes drawn over it by the browser; the pixels stay as the camera took them."""

from collections.abc import Mapping

from cloud_hub.web.markup import Markup, el
from cloud_hub.web.parts.age import photo_age
from cloud_hub.web.parts.icon import icon
from cloud_hub.web.photo import Box, BoxKind, Photo
from cloud_hub.web.reader import Reader


def shelf_photo(
    photo: Photo,
    layers: Mapping[str, tuple[Box, ...]],
    reader: Reader,
    *,
    chosen: str | None = None,
) -> Markup:
    """The photo with its layers, one shown at a time. `chosen` is a slot to point at."""
    words = reader.words
    several = len(layers) > 1
    return el(
        "figure",
        _choices(tuple(layers), reader) if several else None,
        el(
            "div",
            _picture(photo, reader),
            el(
                "svg",
                [_layer(name, boxes, reader, chosen) for name, boxes in layers.items()],
                viewBox=f"0 0 {photo.width_px} {photo.height_px}",
                class_="overlay",
            ),
            el("p", words("old picture"), class_="old-mark"),
            class_="picture",
        ),
        el("figcaption", photo_age(photo, reader), _key(layers, reader)),
        class_="shelf-photo is-old" if photo.is_stale else "shelf-photo",
        data_fresh=True,
    )


def _picture(photo: Photo, reader: Reader) -> Markup:
    words = reader.words
    if photo.url is None:
        text = words("The picture itself is still on its way; its reading is here already.")
        ratio = f"aspect-ratio:{photo.width_px}/{photo.height_px}"
        return el("div", el("p", icon("camera"), text), class_="picture-missing", style=ratio)
    return el(
        "img",
        src=photo.url,
        width=photo.width_px,
        height=photo.height_px,
        alt=words("photo of {clock}", clock=words.moment(photo.taken_at, reader.now)),
    )


def _choices(names: tuple[str, ...], reader: Reader) -> Markup:
    words = reader.words
    labels = {
        "seen": words("Seen"),
        "planned": words("Planned"),
        "difference": words("Difference"),
    }
    return el(
        "fieldset",
        el("legend", words("Show on the photo"), class_="unseen"),
        [
            el(
                "label",
                el(
                    "input",
                    type="radio",
                    name="layer",
                    value=name,
                    id=f"layer-{name}",
                    checked=place == 0,
                ),
                el("span", labels[name]),
            )
            for place, name in enumerate(names)
        ],
        class_="choices",
    )


def _layer(name: str, boxes: tuple[Box, ...], reader: Reader, chosen: str | None) -> Markup:
    return el("g", [_box(box, reader, chosen) for box in boxes], class_="layer", data_layer=name)


def _box(box: Box, reader: Reader, chosen: str | None) -> Markup:
    label = reader.words.of(box.label) if box.label else box_name(box.kind, reader)
    said = " · ".join(part for part in (box.slot_id, label) if part)
    is_chosen = chosen is not None and box.slot_id == chosen
    return el(
        "rect",
        el("title", said),
        x=f"{box.x1:.0f}",
        y=f"{box.y1:.0f}",
        width=f"{max(box.x2 - box.x1, 1):.0f}",
        height=f"{max(box.y2 - box.y1, 1):.0f}",
        rx="3",
        class_=f"box box-{box.kind.value}" + (" box-chosen" if is_chosen else ""),
        vector_effect="non-scaling-stroke",
        data_shows=f"slot-{box.slot_id}" if box.slot_id else None,
        tabindex="0" if box.slot_id else None,
        role="img",
        aria_label=said,
    )


def box_name(kind: BoxKind, reader: Reader) -> str:
    """What a box's colour means."""
    words = reader.words
    return {
        BoxKind.OWN: words("own"),
        BoxKind.FOREIGN: words("foreign"),
        BoxKind.UNKNOWN: words("unknown"),
        BoxKind.PRODUCT: words("product"),
        BoxKind.MISPLACED: words("misplaced"),
        BoxKind.GAP: words("gap"),
    }[kind]


def _key(layers: Mapping[str, tuple[Box, ...]], reader: Reader) -> Markup:
    shown = {box.kind for boxes in layers.values() for box in boxes}
    return el(
        "span",
        [
            el("span", el("i", class_=f"swatch swatch-{kind.value}"), box_name(kind, reader))
            for kind in BoxKind
            if kind in shown
        ],
        class_="key",
    )
