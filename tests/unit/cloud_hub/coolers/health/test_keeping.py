"""The job, asked again and again."""

from cloud_hub.coolers.health.keeping import PERIOD_S, SAVED_MOST_S, keep_all, rest_after
from cloud_hub.coolers.health.metrics import COOLER_HEALTH
from cloud_hub.master_data.importer import import_chain
from simulators.day.cooler_physics import MINUTES_A_DAY, Breaking, Fault
from tests.stage.coolers.fleet import DAY, EVENING, Fleet, history, machines_read
from tests.talking_device import small_chain


def test_a_sound_cooler_is_not_told_and_nothing_is_computed_twice(fleet: Fleet) -> None:
    fleet.hear(*history(14))
    keep_all(fleet.hub)
    assert fleet.found() == []
    assert keep_all(fleet.hub) == 0
    assert fleet.measured(COOLER_HEALTH, days=5) == 1.0


def test_it_clears_by_itself_after_the_repair(fleet: Fleet) -> None:
    fleet.hear(*history(14, ill_from=2))
    keep_all(fleet.hub)
    assert len(fleet.found()) == 1
    fleet.hear(*history(4, since=EVENING + 4 * DAY), nonce="n2", epoch=2)
    fleet.clock.set(EVENING + 4 * DAY)
    keep_all(fleet.hub)
    assert fleet.found() == []


def test_of_five_simulated_coolers_through_the_hubs_ingest_the_failing_one_is_told(
    fleet: Fleet,
) -> None:
    with fleet.database.writing() as session:
        import_chain(session, small_chain(5))
    worn = Breaking(
        cooler=2, fault=Fault.LEAK, since=17 * MINUTES_A_DAY, over_min=12 * MINUTES_A_DAY
    )
    for number, bodies in enumerate(machines_read(5, 24, worn), 1):
        fleet.hear(*bodies, store=f"s{number:02d}")
    keep_all(fleet.hub)
    (warning,) = fleet.found()
    assert warning.fixture_id == "s03-a"
    assert "its compressor ran" in warning.sentence.text("en")


def test_a_history_that_comes_at_once_is_worked_off_and_over_time_the_job_takes_little() -> None:
    saved_s, worked_s, rested_s = SAVED_MOST_S, 0.0, 0.0
    rests = []
    for _ in range(50):
        rest_s, saved_s = rest_after(6.0, saved_s)
        worked_s, rested_s = worked_s + 6.0, rested_s + rest_s
        rests.append(rest_s)
    assert rests[:3] == [PERIOD_S] * 3
    assert worked_s - SAVED_MOST_S <= rested_s / 29
    # What a quiet day does not use is saved, but no more than the most.
    for _ in range(10_000):
        _, saved_s = rest_after(0.0, saved_s)
    assert saved_s == SAVED_MOST_S
