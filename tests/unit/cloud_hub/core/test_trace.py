"""How it is named what an event became."""

from cloud_hub.core.trace import KeptEvent, by_body, by_rows
from cloud_hub.link.tables import Media
from cloud_hub.sales.tables import Receipt
from tests.small_chain import TENANT, WATER, SmallChain, local


def event(event_id: str, store_id: str = "s01", tenant_id: str = TENANT) -> KeptEvent:
    return KeptEvent(tenant_id=tenant_id, store_id=store_id, event_id=event_id, body={"n": 7})


RECEIPTS = by_rows("receipt", Receipt.receipt_id, Receipt.source_event)


def test_rows_that_carry_their_events_name_are_told(two_stores: SmallChain) -> None:
    kept = two_stores.receipt(local(9), (WATER, "1", "2.00"), seq=5)
    two_stores.receipt(local(9), (WATER, "1", "2.00"), seq=6)
    with two_stores.reading() as session:
        assert RECEIPTS(session, event("s01-till/1/0/5")) == [f"receipt {kept}"]
        assert RECEIPTS(session, event("s01-till/1/0/9")) == []


def test_rows_of_another_store_or_chain_are_not(two_stores: SmallChain) -> None:
    two_stores.receipt(local(9), (WATER, "1", "2.00"), seq=5)
    with two_stores.reading() as session:
        assert RECEIPTS(session, event("s01-till/1/0/5", store_id="s02")) == []
        assert RECEIPTS(session, event("s01-till/1/0/5", tenant_id="other")) == []


def test_where_a_rows_own_name_is_the_events_one_column_is_enough(
    two_stores: SmallChain,
) -> None:
    sha256 = two_stores.photo(local(9))
    with two_stores.reading() as session:
        assert by_rows("picture", Media.sha256)(session, event(sha256)) == [f"picture {sha256}"]


def test_what_has_no_rows_is_told_from_what_the_event_said(two_stores: SmallChain) -> None:
    trace = by_body(lambda body: f"number {body['n']}")
    with two_stores.reading() as session:
        assert trace(session, event("anything")) == ["number 7"]
