"""What master data said on past days, as SQL: conditions under which a row's item was another one
than it is now, so that a past day is judged by what held at its end."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.core.days.business_day import day_start
from cloud_hub.insight.window import Window
from cloud_hub.master_data.former import Content, Former, FormerKind, read_former
from cloud_hub.master_data.goods_tables import ProductRow

ValueT = TypeVar("ValueT", bound=Hashable)


class OfDay(NamedTuple):
    """Where a table's rows say of which store, business day and item (a GTIN, a fixture) they
    are."""

    store_id: sa.SQLColumnExpression[str]
    day: sa.SQLColumnExpression[date]
    item_id: sa.SQLColumnExpression[Any]


def held_then(
    window: Window, rows: OfDay, former: Former, value: Callable[[Content], ValueT | None]
) -> list[tuple[sa.ColumnElement[bool], ValueT]]:
    """SQL conditions, each with what its rows' items were on their days: the first that holds is
    right, and where none does, what holds now. None of days on which nothing was otherwise."""
    spells: dict[datetime, dict[ValueT, list[str]]] = defaultdict(lambda: defaultdict(list))
    for item_id, contents in former.items():
        for until, content in contents:
            if (was := value(content)) is not None:
                spells[until][was].append(item_id)
    found: list[tuple[sa.ColumnElement[bool], ValueT]] = []
    for until in sorted(spells):
        if (days := _ended_by(window, until, rows)) is not None:
            for was, items in spells[until].items():
                # Written into the statement: there may be more of them than it may have parameters.
                among: sa.BindParameter[list[str]] = sa.bindparam(
                    None, sorted(items), expanding=True, literal_execute=True
                )
                found.append((sa.and_(rows.item_id.in_(among), days), was))
    return found


def as_then(
    was: Sequence[tuple[sa.ColumnElement[bool], bool]], now: sa.ColumnElement[bool]
) -> sa.ColumnElement[bool]:
    """SQL: a condition as it held on the row's day, `now` where it has not changed since."""
    if not was:
        return now
    truths = [(condition, sa.true() if held else sa.false()) for condition, held in was]
    return sa.case(*truths, else_=now).is_(sa.true())


def of_brand(
    session: Session, window: Window, rows: OfDay, brand_id: str
) -> sa.ColumnElement[bool]:
    """SQL: the row's product was the brand's on its day."""
    goods = sa.select(ProductRow.gtin).where(
        ProductRow.tenant_id == window.tenant_id, ProductRow.brand_id == brand_id
    )
    former = read_former(session, window.tenant_id, FormerKind.PRODUCT)
    was = held_then(window, rows, former, lambda content: bool(content["brand_id"] == brand_id))
    return as_then(was, rows.item_id.in_(goods))


def _ended_by(window: Window, until: datetime, rows: OfDay) -> sa.ColumnElement[bool] | None:
    """SQL: the row's business day had ended by `until`; None where no day asked about had."""
    last: dict[str, date] = {}
    for each in window.days:
        if day_start(each.day + timedelta(days=1), each.store.zone) <= until:
            last[each.store_id] = max(each.day, last.get(each.store_id, each.day))
    stores: dict[date, list[str]] = defaultdict(list)
    for store_id, day in last.items():
        stores[day].append(store_id)
    parts = [
        sa.and_(rows.store_id.in_(sorted(some)), rows.day <= day) for day, some in stores.items()
    ]
    return sa.or_(*parts) if parts else None
