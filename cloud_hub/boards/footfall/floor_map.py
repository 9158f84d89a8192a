"""Where people stood before a camera: its grid, shaded by person-seconds. No picture of anybody."""

from math import sqrt
from typing import Final

from cloud_hub.boards.footfall.floor import FloorMap
from cloud_hub.web.markup import Markup, el
from cloud_hub.web.reader import Reader

CELL: Final = 30


def floor_map(floor: FloorMap, reader: Reader) -> Markup:
    """The grid with the outlines of the zones; the darkest cell is told in words."""
    words = reader.words
    width, height = floor.columns * CELL, floor.rows * CELL
    top = max(floor.seconds, default=0.0)
    said = words(
        "{camera}: {total} person-minutes today, at most {most} in one place",
        camera=floor.camera_id,
        total=words.number(sum(floor.seconds) / 60),
        most=words.number(top / 60, 1),
    )
    return el(
        "figure",
        el(
            "svg",
            el("rect", width=width, height=height, class_="floor-ground"),
            [
                _cell(place, seconds / top, floor)
                for place, seconds in enumerate(floor.seconds)
                if seconds > 0
            ],
            [_zone(name, outline, width, height) for name, outline in floor.zones.items()],
            viewBox=f"0 0 {width} {height}",
            role="img",
            aria_label=said,
        ),
        el(
            "figcaption",
            said,
            el("span", words("simulated"), class_="tag") if floor.simulated else None,
        ),
        class_="floor-map",
        data_key=f"floor-{floor.camera_id}",
        data_camera=floor.camera_id,
    )


def _cell(place: int, share: float, floor: FloorMap) -> Markup:
    row, column = divmod(place, floor.columns)
    # Square root: a till draws a hundred times the seconds of an aisle, and both must be seen.
    return el(
        "rect",
        x=column * CELL,
        y=row * CELL,
        width=CELL,
        height=CELL,
        fill_opacity=f"{0.08 + 0.92 * sqrt(share):.2f}",
        class_="floor-cell",
    )


def _zone(name: str, outline: tuple[tuple[float, float], ...], width: int, height: int) -> Markup:
    points = [(x * width, y * height) for x, y in outline]
    left, top = min(points, key=lambda point: (point[1], point[0]))
    return el(
        "g",
        el("polygon", points=" ".join(f"{x:.0f},{y:.0f}" for x, y in points)),
        el("text", name, x=f"{left + 6:.0f}", y=f"{top + 18:.0f}"),
        class_="floor-zone",
    )
