"""The day in two sentences: sales against the comparable day, and what the problems cost."""

from collections.abc import Sequence
from decimal import Decimal

from cloud_hub.boards.problems.row import ProblemRow
from cloud_hub.core import wording
from cloud_hub.core.text import Text
from cloud_hub.insight.figure import Figure
from cloud_hub.insight.snapshot import Snapshot
from cloud_hub.insight.window import comparable
from cloud_hub.sales.metrics import NET_SALES

_HEADLINE = Text(
    en="Today until {until}, {here} of {stores} stores: {sales}{change}.{problems}",
    zh="今天截至 {until}，{stores} 家店中 {here} 家在线：净销售额 {sales}{change}。{problems}",
)
_CHANGE = Text(en=", {change} on last {weekday}", zh="，比上{weekday}同时段 {change}")
_CHANGE_OLDER = Text(en=", {change} on {day}", zh="，比 {day} 同时段 {change}")
_NO_SALES = Text(en="no sales data", zh="无数据")
_QUIET = Text(en=" Nothing needs you now.", zh="目前没有待处理事项。")
_PRICED = Text(
    en=" {count} {problems} {cost} about {money} today: first, {first}",
    zh="{count}个问题今天约损失 {money}：首先，{first}",
)
_UNPRICED = Text(en=" {count} {problems}: first, {first}", zh="{count}个问题：首先，{first}")


def headline(
    snapshot: Snapshot, figures: Sequence[Figure], problems: Sequence[ProblemRow], here: int
) -> Text:
    """The day in two sentences: sales against the comparable day, and what the problems cost."""
    chain = snapshot.chain
    sales = next(f for f in figures if f.metric == NET_SALES.name)
    value = sales.value
    local_now = snapshot.now.astimezone(chain.zone())
    return _HEADLINE.filled(
        until=f"{local_now:%H:%M}",
        here=here,
        stores=len(chain.stores),
        sales=_NO_SALES if value is None else wording.money(Decimal(value), chain.currency),
        change=_said_change(snapshot, sales),
        problems=_said_problems(problems, chain.currency),
    )


def _said_change(snapshot: Snapshot, sales: Figure) -> Text:
    if sales.change is None:
        return Text(en="", zh="")
    earlier = next(
        (before for day in snapshot.today.days if (before := comparable(day)) is not None), None
    )
    today = snapshot.today.days[0].day
    words: dict[str, Text | str] = {"change": wording.change(sales.change)}
    if earlier is not None and (today - earlier.day).days > 7:
        return _CHANGE_OLDER.filled(**words, day=f"{earlier.day:%Y-%m-%d}")
    return _CHANGE.filled(**words, weekday=wording.weekday(today))


def _said_problems(problems: Sequence[ProblemRow], currency: str) -> Text:
    if not problems:
        return _QUIET
    money = sum((row.cost.amount for row in problems if row.cost), Decimal(0))
    several = len(problems) > 1
    words: dict[str, Text | str] = {
        "count": wording.count(len(problems)),
        "problems": "problems" if several else "problem",
        "cost": "cost" if several else "costs",
        "money": wording.money(money, currency),
        "first": problems[0].sentence,
    }
    return (_PRICED if money >= 1 else _UNPRICED).filled(**words)
