"""What the hub counts about itself."""

from cloud_hub.link.ingest.counters import Counters
from cloud_hub.link.ingest.tally import Tally


def test_a_transaction_is_counted_by_kind_fate_and_time() -> None:
    meters = Counters()
    meters.note(Tally(resent=3, refused=1, by_kind={"receipt": 5}), 0.02)
    meters.note(Tally(dead=2, unknown=1, by_kind={"receipt": 1, "alarm": 1}), 0.3)
    page = meters.page().decode()
    for line in (
        'aisle_events_total{kind="receipt"} 6.0',
        'aisle_events_total{kind="alarm"} 1.0',
        'aisle_event_fates_total{fate="resent"} 3.0',
        'aisle_event_fates_total{fate="dead"} 2.0',
        'aisle_event_fates_total{fate="unknown"} 1.0',
        "aisle_messages_refused_total 1.0",
        "aisle_ingest_commit_seconds_count 2.0",
        'aisle_ingest_commit_seconds_bucket{le="0.025"} 1.0',
    ):
        assert line in page


def test_nobody_makes_the_page_grow_with_kinds_of_his_own() -> None:
    meters = Counters()
    for number in range(50):
        meters.note(Tally(by_kind={f"made-up-{number}": 1}), 0.01)
    page = meters.page().decode()
    assert 'aisle_events_total{kind="other"} 50.0' in page
    assert "made-up" not in page


def test_two_hubs_in_one_process_count_by_themselves() -> None:
    one, other = Counters(), Counters()
    one.brokers.set(2)
    assert "aisle_brokers_connected 2.0" in one.page().decode()
    assert "aisle_brokers_connected 0.0" in other.page().decode()
