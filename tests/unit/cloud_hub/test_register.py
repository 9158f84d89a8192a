"""The registry: complete, bilingual, documented."""

from pathlib import Path

import pytest

from cloud_hub.core.projection import Projections
from cloud_hub.insight.documentation import documentation
from cloud_hub.insight.metric import Metric, MetricKind
from cloud_hub.insight.sums import Sums, total
from cloud_hub.register import METRICS, PROJECTIONS
from sync.events import EVENT_TYPES

DOCUMENT = Path(__file__).parents[3] / "docs" / "metrics.md"


@pytest.mark.parametrize("metric", METRICS.values(), ids=list(METRICS))
def test_every_metric_says_everything_in_both_languages(metric: Metric) -> None:
    for text in (metric.title, metric.formula, metric.no_data):
        assert text.text("en").strip()
        assert any("\u4e00" <= character <= "\u9fff" for character in text.text("zh")), text
    assert metric.sources
    assert metric.version >= 1


@pytest.mark.parametrize("metric", METRICS.values(), ids=list(METRICS))
def test_no_data_is_none_and_never_zero(metric: Metric) -> None:
    assert metric.value(None) is None
    assert metric.value(total([])) is None
    unwatched = Sums(amount=0, base=0, observed_s=0.0, expected_s=3600.0)
    assert metric.value(unwatched) is None


def test_a_ratio_is_the_sum_of_numerators_over_the_sum_of_denominators() -> None:
    for metric in METRICS.values():
        if metric.kind is MetricKind.RATIO:
            sums = total([Sums(amount=10, base=100), Sums(amount=90, base=100)])
            assert float(metric.value(sums) or 0) == pytest.approx(0.5)


def test_the_documentation_is_what_the_registry_says() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == documentation(METRICS.values()), (
        "run: python -m cloud_hub.register > docs/metrics.md"
    )


def test_names_fit_a_url() -> None:
    for name, metric in METRICS.items():
        assert name == metric.name
        assert name.replace("-", "").isalnum()
        assert name == name.lower()


def test_every_kind_of_event_is_applied_by_one_domain() -> None:
    assert PROJECTIONS.by_kind.keys() == EVENT_TYPES.keys()
    first, *others = PROJECTIONS.by_kind.values()
    with pytest.raises(ValueError, match=f"two domains apply the kind {first.body.kind}"):
        Projections.joined([first, *others, first], ())
    with pytest.raises(ValueError, match=f"no domain applies the kinds {first.body.kind}"):
        Projections.joined(others, ())
