"""What counts as trade: which receipts are in the figures, and what they come to. The only place
that says so."""

from enum import StrEnum
from typing import Final

import sqlalchemy as sa

from cloud_hub.insight.window import Window
from cloud_hub.link.as_of import arrived
from cloud_hub.master_data.place_tables import Tenant
from cloud_hub.sales.tables import Receipt
from sync.events import ReceiptType

Condition = sa.ColumnElement[bool]

TRADE: Final = (ReceiptType.SALE, ReceiptType.RETURN)
"""Receipts that move money for goods; no-sale and pick-up do not, a void takes one of them away."""

VISITORLESS: Final = ("cabinet",)
"""Where receipts come from that nobody walked in for."""

NET_VALUE: Final = sa.type_coerce(sa.func.sum(Receipt.net_value), Receipt.net_value.type)
"""Net sales of the receipts of `trade`: sales less returns, without what was voided."""

IS_BASKET: Final = sa.and_(Receipt.type == ReceiptType.SALE, Receipt.is_basket)
"""A sale in which something of value was sold."""

BASKETS: Final = sa.func.coalesce(sa.func.sum(sa.case((IS_BASKET, 1), else_=0)), 0)


class Odd(StrEnum):
    """Why a receipt cannot be as it is told."""

    RETURNED = "returned-too-much"
    NEVER_SOLD = "never-sold"
    TENDERS = "tenders"
    FUTURE = "future"
    NAMELESS = "nameless-void"


def trade(tenant_id: str) -> list[Condition]:
    """SQL: the receipt counts: a sale or a return, in the chain's currency, not voided."""
    return [*_of_chain(tenant_id), Receipt.voided_by.is_(None)]


def trade_of(window: Window) -> list[Condition]:
    """SQL: the receipt counted by what had arrived by the window's `as_of`: it had, and no void of
    it had."""
    if window.as_of is None:
        return trade(window.tenant_id)
    voided = sa.and_(Receipt.voided_by.is_not(None), *arrived(window, Receipt.voided_by))
    return [*_of_chain(window.tenant_id), ~voided, *arrived(window, Receipt.source_event)]


def _of_chain(tenant_id: str) -> list[Condition]:
    currency = sa.select(Tenant.currency).where(Tenant.tenant_id == tenant_id).scalar_subquery()
    return [
        Receipt.tenant_id == tenant_id,
        Receipt.type.in_(TRADE),
        Receipt.currency == currency,
    ]


def receipts_asked(window: Window) -> list[Condition]:
    """SQL: the receipt is trade of the window."""
    return [
        window.condition(Receipt.store_id, Receipt.business_day, Receipt.ended_at),
        *trade_of(window),
    ]
