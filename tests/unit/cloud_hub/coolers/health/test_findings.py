"""What is told of a cooler that is unlike itself."""

from datetime import timedelta

import pytest

from cloud_hub.coolers.domain import DOMAIN
from cloud_hub.coolers.health.findings import COOLER_WARNING
from cloud_hub.coolers.health.keeping import keep_all
from cloud_hub.coolers.health.metrics import COOLER_HEALTH
from device_profiles.store import LoginRole
from tests.stage.coolers.fleet import DAY, EVENING, Fleet, history
from tests.talking_device import NOON


def test_a_cooler_that_runs_all_the_time_is_told_before_it_is_warm(fleet: Fleet) -> None:
    fleet.hear(*history(14, ill_from=2))
    assert keep_all(fleet.hub) > 10
    (warning,) = fleet.found()
    assert (warning.kind, warning.owner) == (COOLER_WARNING, LoginRole.TECHNICIAN)
    assert (warning.store_id, warning.fixture_id) == ("s01", "s01-a")
    said = warning.sentence.text("en")
    assert "ran 97 % of the time, 62 % in the weeks before" in said
    assert warning.since == NOON - DAY - timedelta(hours=5)
    assert DOMAIN.searches[0].kinds == (COOLER_WARNING,)
    assert fleet.measured(COOLER_HEALTH, days=2) == pytest.approx(0.5)


def test_a_verdict_of_days_ago_tells_nothing_of_today(fleet: Fleet) -> None:
    fleet.hear(*history(14, ill_from=2))
    keep_all(fleet.hub)
    fleet.clock.set(EVENING + 5 * DAY)
    assert fleet.found() == []
