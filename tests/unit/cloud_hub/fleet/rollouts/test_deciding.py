"""What a rollout does next, and what it waits for."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import sqlalchemy as sa

from cloud_hub.fleet.rollouts.asking_hours import asking_hours
from cloud_hub.fleet.rollouts.deciding import JUDGED_EVERY, NextStep, subjects, waits_for
from cloud_hub.fleet.rollouts.freezes import NewFreeze, lift_freeze, set_freeze
from cloud_hub.fleet.rollouts.plan import HealthBar
from cloud_hub.fleet.rollouts.standing import meant
from cloud_hub.fleet.rollouts.tables import ArtifactRollout, RolloutDevice
from cloud_hub.insight.metric import Aspect, Metric, MetricKind
from cloud_hub.insight.sums import Cell, Sums
from cloud_hub.insight.window import Window
from cloud_hub.master_data.chain import read_chain
from cloud_hub.master_data.place_tables import DeviceRow, StoreRow
from cloud_hub.register import METRICS
from tests.stage.rollouts.tills import KEY, NAME, NOW, PAUSE, TENANT, Tills

BAR = HealthBar(metric="net-sales", worse_by=0.2, least_hours=1)


def why(tills: Tills, now: object = NOW) -> str:
    with tills.database.sessions() as session:
        rollout = session.get_one(ArtifactRollout, KEY)
        said = waits_for(session, rollout, now)
        return "" if said is None else said.text("en")


def all_say_yes(tills: Tills) -> None:
    for till in tills.asked():
        tills.say(till)


def ratio(tills: Tills, bad: float) -> dict[str, Metric]:
    """A metric of 0.9 everywhere, and of `bad` in the stores of those that were asked, since."""

    def measure(session: object, window: Window, aspect: Aspect) -> Mapping[Cell, Sums]:
        with tills.database.sessions() as reading:
            known = sa.select(RolloutDevice.device_id).where(RolloutDevice.asked_at.is_not(None))
            stores = {device_id[:3] for device_id in reading.scalars(known)}
        return {
            Cell(day.store_id, day.day, hour): Sums(
                amount=100 * (bad if day.store_id in stores and start >= NOW else 0.9),
                base=100,
            )
            for day in window.days
            for hour, start, _ in day.open_hours()
        }

    changed = replace(
        METRICS["net-sales"], measure=measure, kind=MetricKind.RATIO, filters=frozenset()
    )
    return {"net-sales": changed}


def test_no_wave_goes_before_its_time_or_before_devices_have_answered(tills: Tills) -> None:
    tills.begin()
    assert tills.advance(NOW + 9 * PAUSE).step is NextStep.WAIT
    assert len(tills.asked()) == 2, "nobody has said anything"
    assert why(tills) == "waits until half of those asked have said how it went"
    tills.say(tills.asked()[0])
    tills.advance(NOW + PAUSE - timedelta(seconds=1))
    assert len(tills.asked()) == 2, "too early"
    assert why(tills) == "waits until the pause between two waves is over"
    tills.advance(NOW + PAUSE)
    assert len(tills.asked()) == 4


def test_stores_are_asked_when_their_own_night_comes(tills: Tills) -> None:
    # It is 10:00 UTC: 18:00 in the stores, 03:00 in the one that is far to the west.
    with tills.database.writing() as session:
        far = sa.update(StoreRow).where(StoreRow.store_id == "s07")
        session.execute(far.values(time_zone="Etc/GMT+7"))
    tills.begin(waves=(("s07", "s08"), ("s09",)), hours=asking_hours("02:00-05:00"))
    assert tills.asked() == ["s07-till"]
    assert why(tills) == "waits for the hours at which Test may be asked"
    all_say_yes(tills)
    night = NOW + timedelta(hours=8)
    tills.advance(night - timedelta(seconds=1))
    assert tills.asked() == ["s07-till"]
    tills.advance(night)
    assert sorted(tills.asked()) == ["s07-till", "s08-till"]
    all_say_yes(tills)
    tills.advance(night + PAUSE)
    assert sorted(tills.asked()) == ["s07-till", "s08-till", "s09-till"]


def test_while_days_are_frozen_nothing_new_is_asked_and_the_way_back_is_open(
    quick_tills: Tills,
) -> None:
    quick_tills.begin()
    all_say_yes(quick_tills)
    freeze = NewFreeze(
        first_day=date(2026, 11, 22), last_day=date(2026, 11, 25), reason="sale", by="anna"
    )
    with quick_tills.database.writing() as session:
        freeze_id = set_freeze(session, TENANT, freeze, NOW).freeze_id
    quick_tills.advance(NOW + PAUSE)
    assert len(quick_tills.asked()) == 2
    said = why(quick_tills, NOW + PAUSE)
    assert said == "nothing new is asked until the end of 25 Nov: sale"
    with quick_tills.database.writing() as session:
        lift_freeze(session, TENANT, freeze_id, "anna", NOW)
    quick_tills.advance(NOW + PAUSE)
    assert len(quick_tills.asked()) == 4
    with quick_tills.database.writing() as session:
        set_freeze(session, TENANT, freeze, NOW)
    quick_tills.say(quick_tills.asked()[0], "version 2: no")
    quick_tills.advance(NOW + PAUSE)
    assert (quick_tills.state, quick_tills.asked()) == ("back", [])


def test_a_metric_that_gets_worse_takes_it_back(tills: Tills) -> None:
    tills.begin(health=BAR)
    all_say_yes(tills)
    later = NOW + timedelta(hours=3)
    decision = tills.advance(later, ratio(tills, 0.6))
    assert decision.step is NextStep.BACK
    assert tills.state == "back"
    assert tills.why == "Net sales is worse: 0.600, expected 0.900"
    assert tills.asked() == []


def test_a_metric_that_stays_lets_it_go_on_and_one_without_data_holds_it_up(
    quick_tills: Tills,
) -> None:
    quick_tills.begin(health=BAR)
    all_say_yes(quick_tills)
    metrics, later = ratio(quick_tills, 0.85), NOW + timedelta(hours=3)
    early = quick_tills.advance(NOW + PAUSE, metrics)
    assert early.step is NextStep.WAIT
    assert why(quick_tills, NOW + PAUSE) == "Net sales: 0 of 1 hours with data so far"
    soon = quick_tills.decided(NOW + PAUSE + timedelta(minutes=1), metrics)
    assert not soon.is_due, "it was asked a moment ago"
    assert later > NOW + PAUSE + JUDGED_EVERY
    quick_tills.advance(later, metrics)
    assert len(quick_tills.asked()) == 4
    # The next wave has no data of its own yet: it waits again, though the first one is well.
    all_say_yes(quick_tills)
    assert quick_tills.advance(later + PAUSE, metrics).step is NextStep.WAIT
    assert len(quick_tills.asked()) == 4


def test_a_metric_that_this_hub_does_not_know_holds_it_up(quick_tills: Tills) -> None:
    quick_tills.begin(health=HealthBar(metric="gone", least_hours=1))
    all_say_yes(quick_tills)
    assert quick_tills.advance(NOW + 9 * PAUSE, METRICS).step is NextStep.WAIT
    assert why(quick_tills, NOW + 9 * PAUSE) == "there is no metric 'gone'; see docs/metrics.md"


def test_who_left_is_asked_of_no_metric(quick_tills: Tills) -> None:
    quick_tills.begin()
    with quick_tills.database.writing() as session:
        session.get_one(DeviceRow, (TENANT, quick_tills.asked()[0])).left_at = NOW
    with quick_tills.database.sessions() as session:
        chain = read_chain(session, TENANT)
        assert chain is not None
        found = subjects(session, meant(session, TENANT, NAME), TENANT, chain)
    assert len(found) == 9
    assert sum(one.asked_at is not None for one in found) == 1
