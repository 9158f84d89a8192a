"""A photo cut to the place that matters, with its box."""

from typing import Final

from cloud_hub.web.markup import Markup, el
from cloud_hub.web.parts.icon import icon
from cloud_hub.web.photo import Box, Photo
from cloud_hub.web.reader import Reader

SHAPE: Final = 4 / 3


def thumbnail(
    photo: Photo | None, reader: Reader, *, slot_id: str | None = None, instead: str = "camera"
) -> Markup:
    """The photo around `slot_id`'s box, or all of it; the sign `instead` where there is none."""
    if photo is None or photo.url is None:
        return el("span", icon(instead), class_="thumb thumb-none", aria_hidden="true")
    box = next((box for box in photo.boxes if slot_id and box.slot_id == slot_id), None)
    return el(
        "span",
        el(
            "svg",
            el("image", href=photo.url, width=photo.width_px, height=photo.height_px),
            _mark(box) if box else None,
            viewBox=" ".join(f"{edge:.0f}" for edge in _window(photo, box)),
            preserveAspectRatio="xMidYMid slice",
            role="img",
            aria_label=reader.words(
                "photo of {clock}", clock=reader.words.moment(photo.taken_at, reader.now)
            ),
        ),
        class_="thumb is-old" if photo.is_stale else "thumb",
    )


def _window(photo: Photo, box: Box | None) -> tuple[float, float, float, float]:
    if box is None:
        return 0, 0, photo.width_px, photo.height_px
    tall = min(max((box.y2 - box.y1) * 1.7, (box.x2 - box.x1) * 2 / SHAPE), photo.height_px)
    wide = min(tall * SHAPE, photo.width_px)
    left = (box.x1 + box.x2 - wide) / 2
    top = (box.y1 + box.y2 - tall) / 2
    return (
        min(max(left, 0), photo.width_px - wide),
        min(max(top, 0), photo.height_px - tall),
        wide,
        tall,
    )


def _mark(box: Box) -> Markup:
    return el(
        "rect",
        x=f"{box.x1:.0f}",
        y=f"{box.y1:.0f}",
        width=f"{box.x2 - box.x1:.0f}",
        height=f"{box.y2 - box.y1:.0f}",
        class_=f"box box-{box.kind.value}",
        vector_effect="non-scaling-stroke",
    )
