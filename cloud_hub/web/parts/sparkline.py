"""A day's hours in the width of a thumb: bars for what adds up, a line for what does not."""

from collections.abc import Sequence
from typing import Final

from cloud_hub.insight.figure import Figure, Number, Unit
from cloud_hub.web.markup import Markup, el
from cloud_hub.web.reader import Reader

WIDTH: Final = 120.0
HEIGHT: Final = 30.0


def sparkline(figure: Figure, reader: Reader) -> Markup:
    """The figure's hours. An hour with no data is a hollow mark on the ground, never a bar of 0."""
    if not any(value is not None for value in figure.hours):
        return el("span", class_="spark spark-empty")
    step = WIDTH / max(len(figure.hours), 1)
    draw = _line if figure.unit is Unit.RATIO else _bars
    return el(
        "svg",
        _missing(figure.hours, step),
        draw([None if value is None else float(value) for value in figure.hours], step),
        class_="spark",
        viewBox=f"0 0 {WIDTH:g} {HEIGHT:g}",
        preserveAspectRatio="none",
        role="img",
        aria_label=_said(figure, reader),
    )


def _bars(values: list[float | None], step: float) -> Markup:
    top = max((value for value in values if value is not None), default=0.0) or 1.0
    bars = [
        el(
            "rect",
            x=f"{place * step + step * 0.14:.1f}",
            y=f"{HEIGHT - _tall(value, top):.1f}",
            width=f"{step * 0.72:.1f}",
            height=f"{_tall(value, top):.1f}",
            rx="1",
        )
        for place, value in enumerate(values)
        if value is not None
    ]
    return el("g", bars, class_="spark-bars")


def _tall(value: float, top: float) -> float:
    return max(1.0, max(value, 0.0) / top * (HEIGHT - 2))


def _line(values: list[float | None], step: float) -> Markup:
    known = [value for value in values if value is not None]
    low, high = min(known), max(known)
    spread = max(high - low, 0.04)
    runs: list[list[str]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            y = HEIGHT - 4 - (value - low) / spread * (HEIGHT - 8)
            runs[-1].append(f"{place * step + step / 2:.1f},{y:.1f}")
    lines = [el("polyline", points=" ".join(run)) for run in runs if len(run) > 1]
    lone = [
        el("circle", cx=run[0].split(",")[0], cy=run[0].split(",")[1], r="1.6")
        for run in runs
        if len(run) == 1
    ]
    return el("g", lines, lone, class_="spark-line")


def _missing(values: Sequence[Number | None], step: float) -> Markup:
    last = max(place for place, value in enumerate(values) if value is not None)
    marks = [
        el(
            "rect",
            x=f"{place * step + step * 0.2:.1f}",
            y=f"{HEIGHT - 4:.1f}",
            width=f"{step * 0.6:.1f}",
            height="3",
        )
        for place, value in enumerate(values)
        if value is None and place < last
    ]
    return el("g", marks, class_="spark-missing")


def _said(figure: Figure, reader: Reader) -> str:
    words = reader.words
    hours = ", ".join(
        f"{(figure.first_hour + place) % 24}:00"
        f" {words.quantity(value, figure.unit, figure.currency)}"
        for place, value in enumerate(figure.hours)
    )
    return words("{name} by hour: {hours}", name=words.of(figure.name), hours=hours)
