"""What is measured of coolers' days."""

from decimal import Decimal

from cloud_hub.coolers.health.keeping import keep_all
from cloud_hub.coolers.health.metrics import COOLER_ENERGY
from tests.stage.coolers.fleet import DAY, Fleet, day_read, history
from tests.talking_device import NOON


def test_energy_is_what_was_metered_and_no_data_where_too_little_was(fleet: Fleet) -> None:
    fleet.hear(*history(3))
    keep_all(fleet.hub)
    assert fleet.measured(COOLER_ENERGY, days=1) == Decimal("4.8")
    assert fleet.measured(COOLER_ENERGY, days=2) == Decimal("9.6")


def test_a_day_that_was_metered_for_hours_has_no_energy(fleet: Fleet) -> None:
    fleet.hear(day_read(NOON - DAY, 0.5, steps=20))
    keep_all(fleet.hub)
    assert fleet.measured(COOLER_ENERGY, days=1) is None
