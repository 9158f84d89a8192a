"""docs/metrics.md, one section a metric."""

from cloud_hub.access.permissions import Permission
from cloud_hub.core.text import Text
from cloud_hub.insight.documentation import documentation
from cloud_hub.insight.metric import Direction, Grain, Metric, MetricKind, Unit


def metric(**more: object) -> Metric:
    values: dict[str, object] = {
        "name": "happiness",
        "title": Text("Footfall"),
        "kind": MetricKind.RATIO,
        "formula": Text("smiles / faces"),
        "unit": Unit.RATIO,
        "grain": Grain.DAY,
        "direction": Direction.UP,
        "sources": ("camera", "till"),
        "no_data": Text("No data without a face."),
        "measure": lambda session, window, aspect: {},
        "needs": Permission.SEE_TRAFFIC,
    }
    return Metric(**(values | more))


def test_a_metric_is_told_in_both_languages() -> None:
    page = documentation([metric()])
    for said in (
        "## Footfall 客流",
        "`happiness` · ratio 比率 · unit `ratio` · finest grain `day` · up is better 越高越好",
        "- Formula: smiles / faces",
        "- 公式：smiles / faces",
        "- Sources 来源: camera, till",
        "- No data 无数据: No data without a face. No data without a face.",
        "- Limits 下限: none 无",
        "- As of an earlier time 按时点回溯: no 否",
        "- Filters 筛选: none 无",
        "- Seen with 权限: `see-traffic`",
    ):
        assert said in page


def test_limits_are_told_where_there_are_some() -> None:
    page = documentation([metric(minimum_base=20, minimum_coverage=0.7, as_of=True)])
    assert "denominator at least 20, coverage at least 70%" in page
    assert "按时点回溯: yes 可" in page


def test_without_metrics_the_page_has_only_its_head() -> None:
    assert documentation([]).startswith("# Metrics")
    assert "##" not in documentation([])
