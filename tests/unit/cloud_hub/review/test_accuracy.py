"""How often the names that devices give are right."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from cloud_hub.boards.shelf.view import shelf_view
from cloud_hub.insight.metric import Aspect, Measure
from cloud_hub.insight.sums import Cell, Sums
from cloud_hub.insight.window import between
from cloud_hub.master_data.chain import read_chain
from cloud_hub.register import SEARCHES
from cloud_hub.review.accuracy import measure_accuracy, measure_coverage, recognition, wilson
from cloud_hub.review.tables import Answer, Reason, ReviewItem
from tests.small_chain import (
    NOW,
    OTHER,
    OWN,
    RIVAL,
    TEA,
    TENANT,
    TODAY,
    WATER,
    SmallChain,
    head_office,
    local,
)
from tests.stage.review_questions import UNKNOWN, ask, say


@pytest.fixture
def chain(tmp_path: Path) -> SmallChain:
    return SmallChain.open(tmp_path, stores=2)


def test_right_answers_of_the_sample_are_the_published_accuracy(chain: SmallChain) -> None:
    for minute in range(0, 50, 10):
        chain.photo(local(9, minute), seen=UNKNOWN, candidates=[TEA], model="sku-1 gallery-4")
    sample = [item for item in ask(chain, one_in=1) if item.reason == Reason.AUDIT]
    assert len(sample) == 25
    for number, item in enumerate(sample):
        right = item.seen_gtin if number else RIVAL
        say(chain, item.item_id, Answer.SKU, right)
    with chain.reading() as session:
        told = recognition(session, TENANT, ["s01-a"], "sku-1", NOW)
        other = recognition(session, TENANT, ["s01-a"], "sku-2", NOW)
        shelf = shelf_view(session, head_office(), NOW, "s01-a", SEARCHES)
    assert (told.audited, told.right, told.accuracy, told.is_own) == (25, 24, 0.96, False)
    assert told.coverage == pytest.approx(5 / 6)
    assert (told.low, told.high) == wilson(24, 25)
    assert (other.audited, other.accuracy, other.coverage) == (0, None, None)
    assert shelf.published == told


def test_what_a_picture_does_not_tell_is_left_out(chain: SmallChain) -> None:
    for minute in range(0, 50, 10):
        chain.photo(local(9, minute))
    items = ask(chain, one_in=1)
    for item in items:
        say(chain, item.item_id, Answer.UNCLEAR)
    with chain.reading() as session:
        assert recognition(session, TENANT, ["s01-a"], None, NOW).audited == 0


def test_wilson_is_the_published_formula() -> None:
    low, high = wilson(406, 412)
    assert (round(low, 4), round(high, 4)) == (0.9686, 0.9933)
    assert wilson(20, 20)[1] == 1.0


def test_the_interval_narrows_with_the_sample_and_stays_within_all_and_nothing() -> None:
    few, many = wilson(9, 10), wilson(900, 1000)
    assert few[0] < many[0] < 0.9 < many[1] < few[1]
    assert wilson(0, 20)[0] == 0.0
    assert wilson(20, 20)[1] == 1.0


def a_day_of_samples(chain: SmallChain, hour: int, right: int, wrong: int) -> None:
    """So many sampled packs of one hour's photo that people found right, and wrong."""
    for number in range(right + wrong):
        chain.add(
            ReviewItem(
                tenant_id=TENANT,
                item_id=f"{hour}-{number}",
                store_id="s01",
                fixture_id="s01-a",
                observation_id="x",
                photo_sha256="0" * 64,
                taken_at=local(hour),
                business_day=TODAY,
                width_px=1,
                height_px=1,
                box=[0, 0, 1, 1],
                slot_id=None,
                seen_gtin=TEA,
                candidates=[],
                certainty=None,
                model="sku-1",
                reason=Reason.AUDIT.value,
                wanted_answers=0,
                queued_at=NOW,
                answered_at=NOW,
                answered_by="x",
                answer=Answer.SKU.value,
                answer_gtin=TEA if number < right else WATER,
            )
        )


def measured(chain: SmallChain, measure: Measure, aspect: Aspect) -> Mapping[Cell, Sums]:
    with chain.reading() as session:
        master = read_chain(session, TENANT)
        assert master is not None
        window = between(TENANT, [master.stores["s01"].hours], TODAY, TODAY, NOW)
        return measure(session, window, aspect)


def test_accuracy_and_coverage_are_told_by_the_day_of_the_photo(chain: SmallChain) -> None:
    a_day_of_samples(chain, 9, right=18, wrong=2)
    chain.photo(local(9), seen=UNKNOWN)
    chain.photo(local(10), quality="fogged")
    cell = Cell("s01", TODAY, None)
    accuracy = measured(chain, measure_accuracy, Aspect())
    coverage = measured(chain, measure_coverage, Aspect())
    assert accuracy == {cell: Sums(amount=18, base=20)}
    assert coverage == {cell: Sums(amount=5, base=6)}


def test_a_brand_and_a_fixture_are_told_of_their_own_alone(chain: SmallChain) -> None:
    a_day_of_samples(chain, 9, right=1, wrong=0)
    chain.photo(local(9))
    for measure in (measure_accuracy, measure_coverage):
        assert len(measured(chain, measure, Aspect(brand_id=OWN))) == 1
        assert len(measured(chain, measure, Aspect(fixture_id="s01-a"))) == 1
        assert measured(chain, measure, Aspect(brand_id=OTHER)) == {}
        assert measured(chain, measure, Aspect(fixture_id="s02-a")) == {}


def test_samples_of_a_month_ago_are_published_no_more(chain: SmallChain) -> None:
    a_day_of_samples(chain, 9, right=20, wrong=0)
    with chain.reading() as session:
        now = recognition(session, TENANT, ["s01-a"], None, NOW)
        later = recognition(session, TENANT, ["s01-a"], None, NOW + timedelta(days=28))
    assert (now.audited, now.accuracy) == (20, 1.0)
    assert (later.audited, later.accuracy, later.low) == (0, None, None)


def test_a_fixture_with_enough_samples_has_a_figure_of_its_own(chain: SmallChain) -> None:
    a_day_of_samples(chain, 9, right=99, wrong=1)
    with chain.reading() as session:
        assert recognition(session, TENANT, ["s01-a"], None, NOW).is_own
        assert not recognition(session, TENANT, ["s02-a"], None, NOW).is_own
