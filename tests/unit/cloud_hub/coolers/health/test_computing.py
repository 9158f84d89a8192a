"""Which days are computed, and when."""

from datetime import timedelta

from cloud_hub.coolers.health.computing import MOST_AT_ONCE, due_days
from cloud_hub.coolers.health.keeping import keep_all
from cloud_hub.master_data.chain import read_chain
from tests.stage.coolers.fleet import EVENING, Fleet, history


def test_late_readings_are_judged_when_they_come(fleet: Fleet) -> None:
    whole = history(14, ill_from=2)
    fleet.hear(*whole[:-2])
    keep_all(fleet.hub)
    assert fleet.found() == []
    fleet.hear(*whole[-2:], nonce="n2", epoch=2)
    fleet.clock.set(EVENING + timedelta(hours=2))
    assert keep_all(fleet.hub) > 0
    assert len(fleet.found()) == 1


def test_a_round_computes_a_bounded_number_of_days(fleet: Fleet) -> None:
    fleet.hear(*history(14))
    with fleet.hub.sessions() as session:
        chain = read_chain(session, "linguang")
        assert chain is not None
        stores = {key: store.hours for key, store in chain.stores.items()}
        due = due_days(session, "linguang", stores, fleet.clock.now())
        assert due_days(session, "linguang", {}, fleet.clock.now()) == []
    assert 14 <= len(due) <= 16 < MOST_AT_ONCE
    assert due == sorted(due, key=lambda row: row.business_day)
