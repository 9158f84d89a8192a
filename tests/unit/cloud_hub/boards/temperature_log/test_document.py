"""The log on paper, read back from the PDF."""

from dataclasses import replace
from datetime import date
from io import BytesIO
from zoneinfo import ZoneInfo

from pypdf import PdfReader

from cloud_hub.boards.temperature_log.document import log_document
from cloud_hub.boards.temperature_log.view import Correction, Deviation, LogDay, TemperatureLog
from cloud_hub.core.text import Text
from cloud_hub.web.words import Words
from device_profiles.names import Names
from tests.small_chain import NOW, local

ZONE = ZoneInfo("Asia/Shanghai")
LOG = TemperatureLog(
    fixture_id="s01-a",
    fixture_name=Names.same("Cooler <A> & B"),
    store_id="s01",
    store_name=Names({"en": "Jiangkou Road", "zh": "江口路"}),
    time_zone="Asia/Shanghai",
    month=date(2026, 11, 1),
    made_at=NOW,
    limit_c=8.0,
    days=(
        LogDay(
            day=date(2026, 11, 1), lowest_c=2.5, mean_c=4.04, highest_c=9.1, read=0.987, warm_s=1800
        ),
        LogDay(
            day=date(2026, 11, 2), lowest_c=None, mean_c=None, highest_c=None, read=0.0, warm_s=0
        ),
    ),
    deviations=(
        Deviation(
            alarm="too-warm",
            name=Text("too warm"),
            subject="s01-a",
            raised_at=local(8),
            cleared_at=None,
            value=9.1,
            limit=8.0,
            corrections=(Correction(answer="done", answered_by="li", answered_at=local(9)),),
        ),
    ),
)


def printed(log: TemperatureLog, language: str = "en") -> tuple[PdfReader, str]:
    reader = PdfReader(BytesIO(log_document(log, Words(language, ZONE))))
    return reader, "\n".join(page.extract_text() for page in reader.pages)


def test_every_figure_and_every_deed_is_on_the_paper() -> None:
    reader, text = printed(LOG)
    for said in (
        "Temperature log: Jiangkou Road, Cooler <A> & B",
        "Limit 8.0 °C",
        "2.5 °C",
        "4.0 °C",
        "9.1 °C",
        "99 %",
        "30 min",
        "not read",
        "too warm",
        "goes on",
        "Done, li,",
        "Checked by, date, signature:",
        "s01-a · 2026-11 · page 1",
    ):
        assert said in text, said
    assert reader.metadata is not None
    assert reader.metadata.title == "Temperature log: Jiangkou Road, Cooler <A> & B"


def test_where_no_limit_is_known_nothing_is_measured_by_one() -> None:
    _, text = printed(
        replace(LOG, limit_c=None, deviations=(), days=(replace(LOG.days[0], warm_s=None),))
    )
    assert "No limit is known" in text
    assert "None was raised." in text
    assert "30 min" not in text


def test_chinese_names_and_words_are_written_in_a_font_that_has_them() -> None:
    reader, _ = printed(LOG, "zh")
    fonts = {
        str(font.get_object()["/BaseFont"])
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert any("STSong" in font for font in fonts)


def test_a_month_of_many_deviations_goes_on_over_pages_with_its_heads() -> None:
    many = tuple(replace(LOG.deviations[0], subject=f"sensor {n}") for n in range(120))
    reader, text = printed(replace(LOG, deviations=many))
    assert len(reader.pages) > 2
    assert text.count("What was done") >= len(reader.pages) - 1
