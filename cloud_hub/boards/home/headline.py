"""The day in two sentences: sales against the comparable day, and what the problems cost."""

from collections.abc import Sequence
from decimal import Decimal

from cloud_hub.boards.problems.row import ProblemRow
from cloud_hub.core import wording
from cloud_hub.core.text import NO_WORDS, Filling, Said, Text
from cloud_hub.insight.figure import Figure
from cloud_hub.insight.snapshot import Snapshot
from cloud_hub.insight.window import comparable
from cloud_hub.sales.metrics import NET_SALES

_HEADLINE = Text("Today until {until}, {here} of {stores} stores: {sales}{change}.{problems}")
_CHANGE = Text(", {change} on last {weekday}")
_CHANGE_OLDER = Text(", {change} on {day}")
_NO_SALES = Text("no sales data")
_QUIET = Text(" Nothing needs you now.")
_PRICED = Text(
    " {count} problem costs about {money} today: first, {first}",
    " {count} problems cost about {money} today: first, {first}",
)
_UNPRICED = Text(" {count} problem: first, {first}", " {count} problems: first, {first}")


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


def _said_change(snapshot: Snapshot, sales: Figure) -> Said:
    if sales.change is None:
        return NO_WORDS
    earlier = next(
        (before for day in snapshot.today.days if (before := comparable(day)) is not None), None
    )
    today = snapshot.today.days[0].day
    words: dict[str, Filling] = {"change": wording.change(sales.change)}
    if earlier is not None and (today - earlier.day).days > 7:
        return _CHANGE_OLDER.filled(**words, day=f"{earlier.day:%Y-%m-%d}")
    return _CHANGE.filled(**words, weekday=wording.weekday(today))


def _said_problems(problems: Sequence[ProblemRow], currency: str) -> Text:
    if not problems:
        return _QUIET
    money = sum((row.cost.amount for row in problems if row.cost), Decimal(0))
    words: dict[str, Filling] = {
        "n": len(problems),
        "count": wording.count(len(problems)),
        "money": wording.money(money, currency),
        "first": problems[0].sentence,
    }
    return (_PRICED if money >= 1 else _UNPRICED).filled(**words)
