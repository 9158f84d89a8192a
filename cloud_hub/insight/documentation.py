"""docs/metrics.md, written from the registry, so that the page cannot say anything else."""

from collections.abc import Iterable

from cloud_hub.insight.metric import Audience, Direction, Metric, MetricKind

_HEAD = """# Metrics

Written from the registry in `cloud_hub/register.py` by `python -m
cloud_hub.register > docs/metrics.md`; a test keeps the two equal. Served at `GET
/api/v1/metrics` and `GET /api/v1/metrics/{name}?store=&from=&to=&grain=hour|day`.

Kinds: a *flow* adds up over time and stores; a *state* is the last valid value, added up over
places but never over time; a *ratio* is the sum of its numerators over the sum of its
denominators, never a mean of ratios; a *quantile* is that of all single values together. Every
figure carries its coverage and its age. No data is null, never 0. Comparisons are with the same
weekday of an earlier week until the same time of day, over the stores and hours of which both days
know at least 90 %; days that a store's opening hours list as exceptions or holidays are skipped.
Today is provisional; a final day that late data changed is marked with the amount.

A past day is judged by what held at its end: opening hours, time zone, selling area, listings,
plans, whose a fixture is and whether it is unattended, a product's brand, category and width, and
the doors and zones that were there. A line or zone is due from the business day of which it first
said anything, also while it is silent, until its device speaks of others and not of it, or another
device takes it over, or the device leaves the master data; two devices with one name for a line are
two. A figure of a past day is therefore the same asked alone, within a longer period, on a page and
in an export. Opening hours are local times: each end of a span becomes UTC by itself, so that a day
in which clocks change has 23 or 25 hours. Asked as of an earlier time, a figure is made of what had
arrived by then, and ends then.
"""

_KINDS = {
    MetricKind.FLOW: "flow 流量",
    MetricKind.STATE: "state 状态",
    MetricKind.RATIO: "ratio 比率",
    MetricKind.QUANTILE: "quantile 分位数",
}
_DIRECTIONS = {
    Direction.UP: "up is better 越高越好",
    Direction.DOWN: "down is better 越低越好",
    Direction.NEITHER: "neither 无方向",
}


def documentation(metrics: Iterable[Metric]) -> str:
    """The page: one section a metric."""
    return "\n".join([_HEAD, *(_section(metric) for metric in metrics)])


def _section(metric: Metric) -> str:
    limits = []
    if metric.minimum_base > 1:
        limits.append(f"denominator at least {metric.minimum_base}")
    if metric.minimum_coverage > 0:
        limits.append(f"coverage at least {metric.minimum_coverage:.0%}")
    asked = "yes 可" if metric.as_of else "no 否"
    filters = ", ".join(sorted(metric.filters)) or "none 无"
    brand = ", brands of their own 品牌限自有" if metric.audience is Audience.BRAND else ""
    lines = [
        f"## {metric.title.text('en')} {metric.title.text('zh')}",
        "",
        f"`{metric.name}` · {_KINDS[metric.kind]} · unit `{metric.unit}` · finest grain"
        f" `{metric.grain}` · {_DIRECTIONS[metric.direction]} · version {metric.version}",
        "",
        f"- Formula: {metric.formula.text('en')}",
        f"- 公式：{metric.formula.text('zh')}",
        f"- Sources 来源: {', '.join(metric.sources)}",
        f"- No data 无数据: {metric.no_data.text('en')} {metric.no_data.text('zh')}",
        f"- Limits 下限: {', '.join(limits) or 'none 无'}",
        f"- As of an earlier time 按时点回溯: {asked}",
        f"- Filters 筛选: {filters}",
        f"- Seen with 权限: `{metric.needs}`{brand}",
        "",
    ]
    return "\n".join(lines)
