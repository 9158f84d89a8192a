"""Words must be readable in both themes: WCAG 2.2 level AA, 4.5 to 1."""

import re

import pytest

from cloud_hub.web.live.shell import STATIC

TOKEN = re.compile(r"--([a-z0-9-]+):\s*(#[0-9a-f]{6})")
PAIRS = (
    ("ink", "ground"),
    ("ink", "sheet"),
    ("ink", "sunk"),
    ("ink-2", "ground"),
    ("ink-2", "sheet"),
    ("ink-2", "sunk"),
    ("old", "sheet"),
    ("brand", "sheet"),
    ("brand", "brand-soft"),
    ("brand-ink", "brand"),
    ("alarm", "sheet"),
    ("alarm", "alarm-soft"),
    ("warn", "sheet"),
    ("warn", "warn-soft"),
    ("good", "sheet"),
    ("good", "good-soft"),
    ("info", "sheet"),
)


def tokens() -> dict[str, dict[str, str]]:
    first, dark = (_tokens_of(name) for name in ("console.css", "dark.css"))
    return {"light": first, "dark": first | dark}


def _tokens_of(name: str) -> dict[str, str]:
    style = (STATIC / name).read_text(encoding="utf-8")
    root = re.search(r":root \{(.*?)\}", style, re.DOTALL)
    assert root is not None
    return dict(TOKEN.findall(root[1]))


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("words", "ground"), PAIRS)
def test_words_stand_out_from_their_ground(theme, words, ground):
    colours = tokens()[theme]
    darker, lighter = sorted((luminance(colours[words]), luminance(colours[ground])))
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5
