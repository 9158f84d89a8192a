"""What a part must never leave out: the age, the coverage, and that no data is not 0."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from cloud_hub.boards.problems.part import finding_address
from cloud_hub.boards.problems.row import Cost, ProblemRow, Severity
from cloud_hub.boards.shelf.baskets import BasketRow, LyingProduct
from cloud_hub.boards.shelf.baskets_part import baskets_panel
from cloud_hub.insight.figure import Figure, Unit
from cloud_hub.reconciliation.equation_part import ledger_equation
from cloud_hub.reconciliation.sums import Books
from cloud_hub.web.parts.age import photo_age
from cloud_hub.web.parts.figure_tile import figure_tile
from cloud_hub.web.parts.money import cost_mark
from cloud_hub.web.parts.sparkline import sparkline
from cloud_hub.web.parts.thumbnail import thumbnail
from cloud_hub.web.photo import Box, BoxKind, Photo
from cloud_hub.web.reader import Reader
from cloud_hub.web.words import Words
from device_profiles.names import Names
from device_profiles.store import LoginRole
from tests.small_chain import viewer

NOW = datetime(2026, 3, 4, 6, 30, tzinfo=UTC)


def reader(role: LoginRole = LoginRole.HEAD_OFFICE, language: str = "en") -> Reader:
    scopes = ("s01",) if role is LoginRole.STORE else ()
    who = replace(viewer(role, *scopes), language=language)
    return Reader(viewer=who, words=Words(language, ZoneInfo("Etc/GMT-8")), now=NOW)


def figure(**changes: object) -> Figure:
    values: dict[str, object] = {
        "metric": "footfall",
        "name": Names(en="Footfall", zh="客流"),
        "value": 120,
        "unit": Unit.PEOPLE,
        "currency": None,
        "coverage": 0.96,
        "as_of": NOW - timedelta(seconds=12),
        "previous": None,
        "change": None,
        "hours": (10, None, 20),
        "first_hour": 7,
        "provisional": True,
    }
    return Figure(**(values | changes))


def photo(**changes: object) -> Photo:
    box = Box(
        x1=100,
        y1=50,
        x2=140,
        y2=150,
        kind=BoxKind.GAP,
        label=Names(en="Water", zh="水"),
        score=None,
        slot_id="A-1-2",
    )
    values: dict[str, object] = {
        "sha256": "a" * 64,
        "url": "/api/v1/media/a",
        "taken_at": NOW - timedelta(minutes=4),
        "age_s": 240.0,
        "due_at": NOW + timedelta(minutes=10),
        "is_stale": False,
        "width_px": 600,
        "height_px": 400,
        "quality": "clear",
        "boxes": (box,),
    }
    return Photo(**(values | changes))


def problem(**changes: object) -> ProblemRow:
    values: dict[str, object] = {
        "key": "empty-slot/s01-a/A-1-2",
        "kind": "empty-slot",
        "severity": Severity.PROBLEM,
        "sentence": Names(en="Empty", zh="空"),
        "store_id": "s01",
        "store_name": Names(en="Jiangkou Road", zh="江口路"),
        "fixture_id": "s01-a",
        "slot_id": "A-1-2",
        "device_id": "s01-cooler",
        "since": NOW - timedelta(hours=2),
        "since_text": Names(en="2 h", zh="2 小时"),
        "cost": None,
        "owner": LoginRole.STORE,
        "button": None,
        "task_id": None,
        "task_answered": False,
        "photo": None,
    }
    return ProblemRow(**(values | changes))


def test_a_tile_shows_its_coverage_and_its_age():
    drawn = figure_tile(figure(), reader(), tag_provisional=False)
    assert "watched 96 %" in drawn
    assert f'datetime="{(NOW - timedelta(seconds=12)).isoformat()}"' in drawn


@pytest.mark.parametrize(("language", "said"), [("en", "no data"), ("zh", "无数据")])
def test_no_data_is_never_zero(language, said):
    drawn = figure_tile(
        figure(value=None, hours=()), reader(language=language), tag_provisional=False
    )
    assert f">{said}<" in drawn
    assert ">0<" not in drawn


def test_a_real_zero_is_zero():
    assert ">0<" in figure_tile(figure(value=0), reader(), tag_provisional=False)


def test_an_hour_without_data_is_no_bar():
    drawn = sparkline(figure(hours=(10, None, 20)), reader())
    bars = drawn.partition('class="spark-bars"')[2]
    assert bars.count("<rect") == 2
    assert "8:00 no data" in drawn


def test_hours_that_have_not_come_yet_are_not_called_missing():
    drawn = sparkline(figure(hours=(10, 20, None, None)), reader())
    assert "<rect" not in drawn.partition('class="spark-missing"')[2].partition("</g>")[0]


def test_a_ratio_differs_in_points_and_money_in_percent():
    words = reader().words
    ratio = figure(unit=Unit.RATIO, value=0.58, change=-0.021)
    assert words.change(ratio) == "−2.1 pts"
    assert words.change(figure(unit=Unit.MONEY, change=-0.06)) == "−6.0 %"


def test_a_range_is_shown_where_a_figure_has_one():
    tile = figure_tile(
        figure(unit=Unit.RATIO, value=0.75, low=0.75, high=0.825), reader(), tag_provisional=False
    )
    assert "between 75.0 % and 82.5 %" in tile


def test_an_old_picture_is_marked_and_a_fresh_one_is_not():
    assert "is-old" in thumbnail(photo(is_stale=True), reader())
    assert "is-old" not in thumbnail(photo(), reader())


def test_a_picture_knows_when_the_next_is_due():
    drawn = photo_age(photo(), reader())
    assert "next due 14:40" in drawn
    assert "data-due=" in drawn


def test_a_thumbnail_shows_the_box_it_is_about():
    drawn = thumbnail(photo(), reader(), slot_id="A-1-2")
    assert "box-gap" in drawn
    left, top, wide, high = (
        float(part) for part in drawn.split('viewBox="')[1].split('"')[0].split()
    )
    assert left <= 100
    assert left + wide >= 140
    assert top <= 50
    assert top + high >= 150


def test_a_picture_still_on_its_way_is_not_drawn():
    assert "<image" not in thumbnail(photo(url=None), reader())


@pytest.mark.parametrize(
    ("role", "address"),
    [
        (LoginRole.HEAD_OFFICE, "/shelf/s01-a?slot=A-1-2"),
        (LoginRole.TECHNICIAN, "/device/s01-cooler"),
        (LoginRole.BRAND, "/shelf/s01-a?slot=A-1-2"),
    ],
)
def test_a_finding_leads_to_the_most_exact_page_its_reader_has(role, address):
    assert finding_address(problem(), reader(role)) == address


def test_a_finding_leads_nowhere_where_its_reader_has_no_page():
    row = problem(fixture_id=None, device_id="s01-till")
    assert finding_address(row, reader(LoginRole.BRAND)) is None


def test_books_that_do_not_add_up_are_said_so():
    books = Books(produced=10, received=8, lost=0, waiting=1, balanced=False)
    drawn = ledger_equation(books, reader())
    assert 'data-balanced="no"' in drawn
    assert "does not add up" in drawn


def test_an_amount_too_small_to_write_is_not_written_as_zero():
    formula = Names(en="0.1", zh="0.1")
    cent = Cost(amount=Decimal("0.10"), currency="CNY", a_day=False, formula=formula)
    assert cost_mark(cent, reader()) is None


def basket(**changes: object) -> BasketRow:
    values: dict[str, object] = {
        "slot_id": "A-1-1",
        "row": 1,
        "column": 1,
        "filled": 0.4,
        "products": (),
        "has_unknown": False,
        "planned": (Names(en="Ice", zh="雪糕"),),
        "empty_since": None,
        "is_confirmed": False,
    }
    return BasketRow(**(values | changes))


def test_a_basket_that_could_not_be_judged_shows_no_number() -> None:
    drawn = str(baskets_panel((basket(filled=None),), reader()))
    assert "not visible" in drawn
    assert "%" not in drawn
    assert "40 %" in str(baskets_panel((basket(),), reader()))


def test_a_gap_in_a_basket_is_alarming_only_once_it_is_confirmed() -> None:
    seen = basket(filled=0.0, empty_since=NOW - timedelta(minutes=3))
    drawn = str(baskets_panel((seen,), reader()))
    assert "empty since 14:27, to be confirmed" in drawn
    assert "alarm-text" not in drawn
    sure = basket(filled=0.0, empty_since=NOW - timedelta(hours=1), is_confirmed=True)
    assert "basket-empty" in str(baskets_panel((sure,), reader()))


def test_goods_in_a_wrong_basket_and_unknown_ones_are_told_apart() -> None:
    name = Names(en="<Tea>", zh="茶")
    stray = LyingProduct(gtin="1", name=name, is_planned=False)
    drawn = str(baskets_panel((basket(products=(stray,), has_unknown=True),), reader()))
    assert "&lt;Tea&gt;" in drawn
    assert "not planned here" in drawn
    assert "goods that were not recognised" in drawn
    unplanned = LyingProduct(gtin="1", name=name, is_planned=None)
    assert "not planned here" not in str(baskets_panel((basket(products=(unplanned,)),), reader()))
