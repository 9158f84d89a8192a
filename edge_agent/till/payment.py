"""How a receipt is paid: tenders that add up to its lines, but for what cash is rounded by."""

from collections.abc import Sequence

from device_profiles.values.money import (
    InvalidMoney,
    exact_money,
    plain,
    rounded_money,
    settle,
    smallest_coin,
)
from edge_agent.till.pricing import Terms, UnusableLine
from edge_agent.till.reporting import total_of
from edge_agent.till.requests import TenderRequest
from sync.events import ReceiptLine

NO_TENDER = "no tender: how this was paid is not known"


def paid_by(
    tenders: Sequence[TenderRequest], lines: Sequence[ReceiptLine], terms: Terms
) -> tuple[tuple[TenderRequest, ...], list[str]]:
    """The tenders as they are booked, rounded like lines, and what is odd about them. A return's
    are given positive, like its quantities, or as they are booked.  Raises UnusableLine where they
    do not add up."""
    total = total_of(lines)
    sign = -1 if terms.is_return and sum(one.amount for one in tenders) > 0 else 1
    try:
        exact_money(total, terms.currency)
        signed = tuple(_rounded(one, sign, terms.currency) for one in tenders)
    except InvalidMoney as error:
        raise UnusableLine(str(error)) from error
    if not tenders:
        return (), [NO_TENDER] if total else []
    paid = settle(total, [(one.kind, one.amount) for one in signed], terms.currency)
    if paid.short:
        raise UnusableLine(
            f"the tenders come to {plain(abs(total - paid.short))}, the lines to"
            f" {plain(abs(total))}: give what was kept, without the change; cash may differ by less"
            f" than the smallest coin, {plain(smallest_coin(terms.currency))} {terms.currency}"
        )
    return signed, []


def _rounded(tender: TenderRequest, sign: int, currency: str) -> TenderRequest:
    amount = exact_money(sign * rounded_money(tender.amount, currency), currency)
    return tender.model_copy(update={"amount": amount})
