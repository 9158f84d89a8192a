"""A temperature log as a PDF to print, to sign and to file."""

from datetime import datetime
from functools import partial
from io import BytesIO
from typing import Any, Final
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from cloud_hub.boards.temperature_log.view import Correction, Deviation, LogDay, TemperatureLog
from cloud_hub.tasks.list_part import answer_name
from cloud_hub.web.words import Words

LATIN, HAN = "Helvetica", "STSong-Light"
"""Fonts that readers of PDF have: nothing is put into the file."""
LATIN_CODE = "cp1252"
MARGIN_MM = 18
BODY: Final = ParagraphStyle("body", fontName=LATIN, fontSize=8.5, leading=11, wordWrap="CJK")
TITLE: Final = ParagraphStyle("title", parent=BODY, fontSize=15, leading=20)
HEAD: Final = ParagraphStyle("head", parent=BODY, fontSize=10.5, leading=16, spaceBefore=8)
LINES: Final = TableStyle(
    [
        ("LINEBELOW", (0, 0), (-1, -1), 0.25, colors.lightgrey),
        ("LINEBELOW", (0, 0), (-1, 0), 0.75, colors.black),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("TOPPADDING", (0, 0), (-1, -1), 1.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5),
    ]
)


def log_document(log: TemperatureLog, words: Words) -> bytes:
    """The PDF, in the language and time zone of `words`."""
    pdfmetrics.registerFont(UnicodeCIDFont(HAN))
    title = words(
        "Temperature log: {store}, {cooler}",
        store=words.of(log.store_name),
        cooler=words.of(log.fixture_name),
    )
    made = words(
        "{month}. Made on {date} at {time}, all times {zone}.",
        month=f"{log.month:%Y-%m}",
        date=f"{log.made_at.astimezone(words.zone):%Y-%m-%d}",
        time=words.clock(log.made_at),
        zone=log.time_zone,
    )
    story: list[Flowable] = [
        _text(title, TITLE),
        _text(made),
        _text(_limit_said(log, words)),
        Spacer(1, 3 * mm),
        _days(log, words),
        _text(words("Deviations and what was done"), HEAD),
        *_deviations(log, words),
        Spacer(1, 12 * mm),
        _text(words("Checked by, date, signature:") + " " + "_" * 50),
    ]
    page = BytesIO()
    SimpleDocTemplate(
        page,
        pagesize=A4,
        title=title,
        author="AisleOS",
        leftMargin=MARGIN_MM * mm,
        rightMargin=MARGIN_MM * mm,
        topMargin=MARGIN_MM * mm,
        bottomMargin=MARGIN_MM * mm,
    ).build(
        story,
        onFirstPage=partial(_foot, log, words),
        onLaterPages=partial(_foot, log, words),
    )
    return page.getvalue()


def _limit_said(log: TemperatureLog, words: Words) -> str:
    if log.limit_c is None:
        return words("No limit is known for this cooler: time above it is not told.")
    return words(
        "Limit {limit} °C; time above it without defrosts and night settings.",
        limit=words.number(log.limit_c, 1),
    )


def _text(text: str, style: ParagraphStyle = BODY) -> Paragraph:
    """Text in a font that has its letters."""
    try:
        text.encode(LATIN_CODE)
    except UnicodeEncodeError:
        return Paragraph(_marked(text), style)
    return Paragraph(escape(text), style)


def _marked(text: str) -> str:
    """Markup in which every letter stands in a font that has it."""
    runs: list[tuple[bool, str]] = []
    for letter in text:
        is_latin = letter.encode(LATIN_CODE, "ignore") != b""
        if runs and runs[-1][0] == is_latin:
            runs[-1] = (is_latin, runs[-1][1] + letter)
        else:
            runs.append((is_latin, letter))
    return "".join(
        escape(run) if is_latin else f'<font name="{HAN}">{escape(run)}</font>'
        for is_latin, run in runs
    )


def _days(log: TemperatureLog, words: Words) -> Table:
    heads = (
        words("Day"),
        words("Lowest"),
        words("Mean"),
        words("Highest"),
        words("Read"),
        words("Above the limit"),
    )
    rows = [[_text(head) for head in heads], *(_day(day, words) for day in log.days)]
    return Table(rows, colWidths=[40 * mm, *[26 * mm] * 5], style=LINES, repeatRows=1)


def _day(day: LogDay, words: Words) -> list[Any]:
    def degrees(value: float | None) -> str:
        return "–" if value is None else f"{words.number(value, 1)} °C"

    warm = "–" if day.warm_s is None else words("{n} min", n=words.number(day.warm_s / 60))
    cells = (
        words.day(day.day),
        degrees(day.lowest_c),
        degrees(day.mean_c),
        degrees(day.highest_c),
        words.percent(day.read) if day.read else words("not read"),
        warm if day.read else "–",
    )
    return [_text(cell) for cell in cells]


def _deviations(log: TemperatureLog, words: Words) -> list[Flowable]:
    if not log.deviations:
        return [_text(words("None was raised."))]
    heads = (words("What"), words("From"), words("Until"), words("Value"), words("What was done"))
    rows = [[_text(head) for head in heads], *(_deviation(one, words) for one in log.deviations)]
    widths = [32 * mm, 31 * mm, 31 * mm, 26 * mm, 50 * mm]
    return [Table(rows, colWidths=widths, style=LINES, repeatRows=1)]


def _deviation(one: Deviation, words: Words) -> list[Any]:
    value = "–"
    if one.value is not None and one.limit is not None:
        value = words(
            "{value}, limit {limit}",
            value=words.number(one.value, 1),
            limit=words.number(one.limit, 1),
        )
    done = "; ".join(
        ", ".join(part for part in _correction(each, words) if part) for each in one.corrections
    )
    cells = (
        words.of(one.name),
        _moment(one.raised_at, words),
        _moment(one.cleared_at, words) if one.cleared_at else words("goes on"),
        value,
        done or words("nothing noted"),
    )
    return [_text(cell) for cell in cells]


def _correction(one: Correction, words: Words) -> tuple[str | None, ...]:
    answer = answer_name(one.answer, words)
    return answer, one.answered_by, _moment(one.answered_at, words)


def _moment(at: datetime, words: Words) -> str:
    """With its date, whatever today is: paper is read later."""
    return f"{at.astimezone(words.zone):%Y-%m-%d %H:%M}"


def _foot(log: TemperatureLog, words: Words, canvas: Canvas, document: SimpleDocTemplate) -> None:
    canvas.setFont(LATIN, 7)
    page = words("page {n}", n=document.page)
    line = f"{log.fixture_id} · {log.month:%Y-%m} · {page}"
    is_latin = line.encode(LATIN_CODE, "ignore").decode(LATIN_CODE) == line
    canvas.setFont(LATIN if is_latin else HAN, 7)
    canvas.drawRightString(A4[0] - MARGIN_MM * mm, 10 * mm, line)
