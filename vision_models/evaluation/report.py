"""One HTML file that holds everything: figures, and the worst pictures first with their boxes.

Pictures stand in it as data, so that the file can be sent on; it asks nothing from anywhere.
"""

import base64
import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from vision_models.core.errors import UnusablePicture
from vision_models.core.frame import Image

PROGRAM = Path(__file__).parents[2]
WIDTH_PX = 640
JPEG_QUALITY = 72

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --line: #d5dae0;
  --quiet: #5b6570 }}
@media (prefers-color-scheme: dark) {{
  :root {{ --ink: #e8ecf0; --paper: #14171a; --line: #343b43; --quiet: #a1abb5 }}
}}
* {{ box-sizing: border-box }}
body {{ margin: 0 auto; max-width: 1200px; padding: 16px; color: var(--ink);
  background: var(--paper); font: 15px/1.45 system-ui, sans-serif }}
h1 {{ font-size: 22px; margin: 0 0 4px }} h2 {{ font-size: 17px; margin: 28px 0 8px }}
p, figcaption {{ color: var(--quiet); margin: 4px 0; overflow-wrap: anywhere }}
dl {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: 8px;
  margin: 16px 0 }}
dl div {{ border: 1px solid var(--line); border-radius: 8px; padding: 8px 10px }}
dt {{ color: var(--quiet); font-size: 13px }} dd {{ margin: 0; font-size: 19px }}
dd small {{ display: block; font-size: 12px; color: var(--quiet) }}
.pictures {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(min(340px, 100%), 1fr));
  gap: 16px }}
figure {{ margin: 0 }} figure .row {{ display: flex; gap: 6px }}
figure img {{ width: 100%; min-width: 0; border-radius: 6px; display: block; object-fit: contain }}
figure .row span {{ flex: 1; min-width: 0; font-size: 12px; color: var(--quiet) }}
.key i {{ display: inline-block; width: 14px; height: 10px; border: 3px solid;
  margin: 0 4px 0 12px }}
</style></head><body>
<h1>{title}</h1>
{notes}
<dl>{figures}</dl>
<h2>Worst first</h2>
<p class="key">{key}</p>
<div class="pictures">{pictures}</div>
</body></html>
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A box on a picture, in its pixels, and its colour's name in COLOURS."""

    box: tuple[float, float, float, float]
    meaning: str


COLOURS: dict[str, tuple[int, int, int]] = {
    "right": (46, 160, 67),
    "missed": (218, 54, 51),
    "wrong name": (163, 55, 199),
    "unknown": (120, 128, 136),
    "not labelled": (227, 143, 0),
}
"""What a box's colour means, as red, green, blue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One entry of the report: pictures side by side, each with its name and its boxes."""

    caption: str
    pictures: Sequence[tuple[str, Image, Sequence[Mark]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One figure: its name, its value in words, and what it rests on."""

    name: str
    value: str
    note: str = ""


def write_report(
    path: Path, *, title: str, notes: Sequence[str], figures: Sequence[Told], shown: Iterable[Shown]
) -> None:
    """Writes the report; `path` appears whole or not at all.

    Raises UnusablePicture if it lies in the program's own folder (a set's pictures may not be
    copied there), or cannot be written.
    """
    check_report_path(path)
    entries = list(shown)
    used = {mark.meaning for one in entries for _, _, marks in one.pictures for mark in marks}
    text = _PAGE.format(
        title=html.escape(title),
        notes="".join(f"<p>{html.escape(note)}</p>" for note in notes),
        figures="".join(_figure(told) for told in figures),
        key="".join(_key(name) for name in COLOURS if name in used),
        pictures="".join(_entry(one) for one in entries),
    )
    draft = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        raise UnusablePicture(f"cannot write the report {path}: {error.strerror}") from error


def check_report_path(path: Path) -> None:
    """Nothing. Raises UnusablePicture where a report may not be written."""
    if path.resolve().is_relative_to(PROGRAM):
        raise UnusablePicture(
            f"a report holds the set's pictures and is not written into {PROGRAM}; give another"
            " folder"
        )


def _figure(told: Told) -> str:
    note = f"<small>{html.escape(told.note)}</small>" if told.note else ""
    return f"<div><dt>{html.escape(told.name)}</dt><dd>{html.escape(told.value)}{note}</dd></div>"


def _key(meaning: str) -> str:
    red, green, blue = COLOURS[meaning]
    return f'<i style="border-color:rgb({red},{green},{blue})"></i>{html.escape(meaning)}'


def _entry(one: Shown) -> str:
    pictures = "".join(
        f'<span>{html.escape(name)}<img alt="" src="{_as_data(image, marks)}"></span>'
        for name, image, marks in one.pictures
    )
    return (
        f'<figure><div class="row">{pictures}</div>'
        f"<figcaption>{html.escape(one.caption)}</figcaption></figure>"
    )


def _as_data(image: Image, marks: Sequence[Mark]) -> str:
    scale = min(2.0, WIDTH_PX / image.shape[1])
    small = np.asarray(
        cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8
    )
    for mark in marks:
        x1, y1, x2, y2 = (round(side * scale) for side in mark.box)
        cv2.rectangle(small, (x1, y1), (x2, y2), COLOURS[mark.meaning][::-1], 2)
    is_done, raw = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not is_done:
        raise UnusablePicture("a picture of the report cannot be stored as JPEG")
    return f"data:image/jpeg;base64,{base64.b64encode(raw.tobytes()).decode()}"
