"""The job, asked again and again."""

from cloud_hub.coolers.health.keeping import keep_all
from cloud_hub.coolers.health.metrics import COOLER_HEALTH
from tests.stage.cooler_fleet import DAY, EVENING, Fleet, history


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
