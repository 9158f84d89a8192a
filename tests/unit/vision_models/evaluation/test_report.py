"""One HTML file that holds everything."""

import base64
import re
from pathlib import Path

import cv2
import numpy as np
import pytest

from vision_models.core.errors import UnusablePicture
from vision_models.evaluation.report import (
    COLOURS,
    PROGRAM,
    Mark,
    Shown,
    Told,
    check_report_path,
    write_report,
)

GREY = np.full((100, 200, 3), 90, np.uint8)


def written(path: Path, *shown: Shown, **more: object) -> str:
    values: dict[str, object] = {
        "title": "Shelves <1>",
        "notes": ["one & two"],
        "figures": [Told(name="Recall", value="90 %", note="<note>")],
    }
    write_report(path, shown=iter(shown), **(values | more))
    return path.read_text(encoding="utf-8")


def marked(meaning: str) -> Shown:
    mark = Mark(box=(20.0, 20.0, 120.0, 80.0), meaning=meaning)
    return Shown(caption="a <picture>", pictures=[("side & side", GREY, [mark])])


def pictures_in(text: str) -> list[np.ndarray]:
    found = re.findall(r"data:image/jpeg;base64,([^\"]+)", text)
    return [cv2.imdecode(np.frombuffer(base64.b64decode(raw), np.uint8), 1) for raw in found]


def test_words_stand_there_escaped(tmp_path: Path) -> None:
    text = written(tmp_path / "report.html", marked("right"))
    for said in ("Shelves &lt;1&gt;", "one &amp; two", "&lt;note&gt;", "a &lt;picture&gt;"):
        assert said in text
    assert "<picture>" not in text
    assert [each.name for each in tmp_path.iterdir()] == ["report.html"], "no draft is left"


def test_the_report_asks_nothing_from_anywhere(tmp_path: Path) -> None:
    text = written(tmp_path / "report.html", marked("missed"))
    assert "http" not in text
    assert "<script" not in text


def test_pictures_stand_in_it_with_their_boxes_in_their_colours(tmp_path: Path) -> None:
    (picture,) = pictures_in(written(tmp_path / "report.html", marked("missed")))
    height, width = picture.shape[:2]
    assert width == 400, "small pictures are shown twice as large and no larger"
    red, green, blue = COLOURS["missed"]
    edge = picture[height // 2, round(20 * width / 200)].astype(int)
    assert np.abs(edge - (blue, green, red)).max() < 60
    assert np.abs(picture[height // 2, width // 3].astype(int) - 90).max() < 20


def test_the_key_names_only_colours_that_are_there(tmp_path: Path) -> None:
    text = written(tmp_path / "report.html", marked("right"), marked("wrong name"))
    key = text.partition('class="key">')[2].partition("</p>")[0]
    assert "right" in key
    assert "wrong name" in key
    assert "missed" not in key


def test_a_report_without_pictures_is_a_report(tmp_path: Path) -> None:
    assert "90 %" in written(tmp_path / "deeper" / "report.html")


def test_no_picture_of_a_set_is_written_into_the_program(tmp_path: Path) -> None:
    inside = PROGRAM / "docs" / "report.html"
    with pytest.raises(UnusablePicture, match="give another folder"):
        written(inside)
    assert not inside.exists()
    with pytest.raises(UnusablePicture):
        check_report_path(tmp_path / ".." / PROGRAM / "report.html")


def test_a_report_that_cannot_be_written_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(UnusablePicture, match="cannot write the report"):
        written(tmp_path / "file" / "report.html")
