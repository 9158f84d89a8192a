"""The chain's footfall page, drawn."""

from dataclasses import replace

import pytest

from cloud_hub.boards.footfall.floor import HandCount, HourRow
from cloud_hub.boards.footfall.page import footfall_page
from cloud_hub.boards.footfall.view import FootfallView, StoreFootfall, footfall_view
from cloud_hub.boards.problems.row import Severity
from cloud_hub.insight.figure import Unit
from device_profiles.names import Names
from tests.small_chain import NOW as THEN
from tests.small_chain import TODAY, SmallChain, head_office
from tests.stage.page_parts import a_figure, a_freshness, a_problem, a_reader

STORE = StoreFootfall(
    store_id="s01",
    name=Names(en="<Gate>", zh="门"),
    footfall=a_figure(coverage=0.95),
    conversion=a_figure(value=0.25, unit=Unit.RATIO),
    wait_p90=a_figure(value=400, unit=Unit.SECONDS),
    confidence=0.87,
    staff=6,
    staff_share=0.05,
    hand=None,
    queue_max=9,
    simulated=False,
    hours=(),
    freshness=a_freshness(),
)
HOUR = HourRow(
    hour=12, footfall=60, conversion=None, queue_length=None, queue_max=None, wait_p90_s=None
)


@pytest.fixture
def empty(two_stores: SmallChain) -> FootfallView:
    with two_stores.reading() as session:
        return footfall_view(session, head_office(), THEN, ())


def drawn(view: FootfallView, *stores: StoreFootfall) -> str:
    return str(footfall_page(replace(view, stores=stores), a_reader()))


def test_a_store_tells_what_its_figure_rests_on(empty: FootfallView) -> None:
    page = drawn(empty, STORE)
    assert '<a href="/store/s01">&lt;Gate&gt;</a>' in page
    for said in ("95 %", "87 %", "25.0 %", "6:40", "5 %", ">9<"):
        assert said in page
    assert "amount thin" not in page


def test_a_door_watched_for_less_is_marked(empty: FootfallView) -> None:
    page = drawn(empty, replace(STORE, footfall=a_figure(coverage=0.89)))
    assert '<td class="amount thin">89 %</td>' in page


def test_what_is_not_known_is_said_and_never_0(empty: FootfallView) -> None:
    unknown = replace(
        STORE,
        footfall=a_figure(value=None, coverage=None),
        staff=None,
        staff_share=None,
        confidence=None,
        queue_max=None,
    )
    page = drawn(empty, unknown)
    assert page.count('<td class="amount missing">no data</td>') == 2
    assert page.count('<td class="amount">–</td>') == 2


def test_a_share_of_staff_stands_beside_their_number_alone(empty: FootfallView) -> None:
    nobody = drawn(empty, replace(STORE, staff=0, staff_share=0.0))
    assert "<small" not in nobody


def test_a_hand_count_and_a_simulation_stand_beside_the_name(empty: FootfallView) -> None:
    hand = HandCount(accuracy=0.974, minutes=15.0, day=TODAY, hand=78, missed=2, surplus=1)
    page = drawn(empty, replace(STORE, hand=hand, simulated=True))
    assert "counted by hand: 97.4 %" in page
    assert '<span class="tag">simulated</span>' in page


def test_hours_are_a_grid_a_figure_and_only_of_stores_that_have_any(empty: FootfallView) -> None:
    page = drawn(empty, replace(STORE, hours=(HOUR,)), replace(STORE, store_id="s02"))
    assert page.count('class="hour-grid"') == 1
    assert '<td data-level="4">60</td>' in page
    assert page.count('data-key="s02"') == 1, "in the table of stores alone"


def test_what_needs_somebody_and_what_is_told_are_both_there(empty: FootfallView) -> None:
    told = a_problem(severity=Severity.INFORMATION, sentence=Names(en="Staff <left> out"))
    page = drawn(replace(empty, problems=(a_problem(),), information=(told,)), STORE)
    assert 'class="findings"' in page
    assert "Staff &lt;left&gt; out" in page
    calm = drawn(empty, STORE)
    assert "Nothing needs you now." in calm
    assert 'class="information"' not in calm
