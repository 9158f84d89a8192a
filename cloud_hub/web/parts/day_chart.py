"""A curve over a day with its limit: degrees of a cooler, with holes where nothing was read."""

from typing import Final

from cloud_hub.web.markup import Markup, el
from cloud_hub.web.reader import Reader

WIDTH: Final = 480.0
HEIGHT: Final = 96.0


def temperature_chart(values_c: tuple[float | None, ...], reader: Reader) -> Markup | None:
    """The last 24 hours in quarters of an hour; None where there was never a reading."""
    known = [value for value in values_c if value is not None]
    if not known:
        return None
    words = reader.words
    low, high = min([*known, 0.0]), max([*known, 12.0])
    step = WIDTH / max(len(values_c) - 1, 1)
    runs: list[list[str]] = [[]]
    for place, value in enumerate(values_c):
        if value is None:
            runs.append([])
        else:
            runs[-1].append(f"{place * step:.1f},{_height(value, low, high):.1f}")
    guides = [
        el("line", x1="0", x2=f"{WIDTH:g}", y1=f"{y:.1f}", y2=f"{y:.1f}", class_="guide")
        for y in (_height(level, low, high) for level in (0.0, 5.0, 10.0))
    ]
    return el(
        "figure",
        el(
            "svg",
            guides,
            [el("polyline", points=" ".join(run), class_="curve") for run in runs if run],
            viewBox=f"0 0 {WIDTH:g} {HEIGHT:g}",
            preserveAspectRatio="none",
            role="img",
            aria_label=words(
                "Temperature of the last 24 hours, {low} to {high} °C",
                low=words.number(min(known), 1),
                high=words.number(max(known), 1),
            ),
        ),
        el(
            "figcaption",
            el("span", words("24 hours ago")),
            el(
                "b",
                words(
                    "{low} to {high} °C",
                    low=words.number(min(known), 1),
                    high=words.number(max(known), 1),
                ),
            ),
            el("span", words("now")),
        ),
        class_="day-chart",
    )


def _height(value: float, low: float, high: float) -> float:
    return HEIGHT - 4 - (value - low) / (high - low) * (HEIGHT - 8)
