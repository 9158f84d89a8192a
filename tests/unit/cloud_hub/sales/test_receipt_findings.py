"""Receipts that cannot be as they are told are pointed out; all others are not."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from cloud_hub.core.storage.database import Database
from cloud_hub.insight.search import find_problems
from cloud_hub.link.ingest.ingest import Ingest
from cloud_hub.register import SEARCHES
from cloud_hub.sales.receipt_findings import DOUBTFUL_RECEIPT
from sync.events import ReceiptType, Tender
from tests.talking_device import COLA, NOON, TalkingDevice, line, receipt

Said = Callable[..., list[str]]


@pytest.fixture
def said(make_ingest: Callable[[Database], Ingest], hub_database: Database) -> Said:
    """What the hub says of these events, an hour or `after` later."""

    def say(*bodies: Any, after: timedelta = timedelta(hours=1)) -> list[str]:
        device = TalkingDevice()
        device.say(*bodies)
        messages = [device.hello(), *device.batches()]
        assert make_ingest(hub_database).take(messages).tally.dead == 0
        with hub_database.sessions() as session:
            found = find_problems(session, "linguang", NOON + after, SEARCHES)
        return [one.sentence.text("en") for one in found if one.kind is DOUBTFUL_RECEIPT]

    return say


def sale(quantity: str = "1", **more: Any) -> Any:
    return receipt(1, line(1, COLA, quantity, "10", str(10 * int(quantity))), **more)


def back(sequence: int, quantity: str, of: int = 1, at: datetime = NOON) -> Any:
    source = {"workstation_id": "till-1", "business_day": "2026-03-04", "sequence": of, "line": 1}
    returned = line(1, COLA, f"-{quantity}", "10", f"-{10 * int(quantity)}", return_of=source)
    return receipt(sequence, returned, kind=ReceiptType.RETURN, ended_at=at)


def test_a_healthy_store_has_nothing_to_look_at(said: Said) -> None:
    assert said(sale("3"), back(2, "1"), back(3, "2")) == []


def test_more_that_comes_back_than_was_sold_is_told(said: Said) -> None:
    assert said(sale("3"), back(2, "50")) == [
        "Test: 1 return brings back more than was sold: till-1/2026-03-04/2."
    ]


def test_a_line_that_comes_back_twice_is_told_of_both(said: Said) -> None:
    assert said(sale("3"), back(2, "2"), back(3, "2")) == [
        "Test: 2 returns bring back more than was sold: till-1/2026-03-04/2, till-1/2026-03-04/3."
    ]


def test_a_return_of_what_never_was_is_told_when_its_sale_had_a_day_to_come(said: Said) -> None:
    assert said(back(2, "1", of=77)) == []
    assert said(after=timedelta(hours=25)) == [
        "Test: 1 return of a receipt that never came: till-1/2026-03-04/2."
    ]


def test_a_return_of_more_than_one_voided_sale_is_told(said: Said) -> None:
    source = {"workstation_id": "till-1", "business_day": "2026-03-04", "sequence": 1, "line": 1}
    void = receipt(9, line(1, COLA, "-3", "10", "-30", return_of=source), kind=ReceiptType.VOID)
    mixed = receipt(
        2,
        line(1, COLA, "-1", "10", "-10", return_of=source),
        line(2, COLA, "-1", "10", "-10"),
        kind=ReceiptType.RETURN,
    )
    assert len(said(sale("3"), mixed, void)) == 1


@pytest.mark.parametrize(
    "tenders", [(Tender(kind="cash", amount=5),), (Tender(kind="card", amount=11),)]
)
def test_tenders_that_do_not_add_up_are_told(said: Said, tenders: tuple[Tender, ...]) -> None:
    odd = sale().model_copy(update={"tenders": tenders})
    assert said(odd) == ["Test: 1 receipt whose tenders do not add up: till-1/2026-03-04/1."]


def test_a_receipt_without_tenders_is_no_news(said: Said) -> None:
    assert said(sale().model_copy(update={"tenders": ()})) == []


def test_a_receipt_of_2031_is_told(said: Said) -> None:
    (sentence,) = said(sale(ended_at=NOON.replace(year=2031)))
    assert sentence.startswith("Test: 1 receipt of a time that had not come: till-1/2031-03-04/1")


def test_a_void_that_names_no_receipt_is_told(said: Said) -> None:
    nameless = receipt(9, line(1, COLA, "-1", "10", "-10"), kind=ReceiptType.VOID)
    assert said(nameless) == ["Test: 1 void that names no receipt: till-1/2026-03-04/9."]


def test_after_a_week_nothing_is_told_any_more(said: Said) -> None:
    assert said(sale("3"), back(2, "50"), after=timedelta(days=9)) == []
