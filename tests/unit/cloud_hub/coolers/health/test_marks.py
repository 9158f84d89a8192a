"""Which days readings mark."""

from datetime import datetime

from cloud_hub.coolers.health.tables import CoolerDay
from tests.stage.coolers.fleet import DAY, EVENING, Fleet, day_read
from tests.stage.hub_tables import rows
from tests.talking_device import NOON


def test_a_clock_of_1970_and_one_of_next_year_mark_no_day(fleet: Fleet) -> None:
    fleet.hear(day_read(datetime(1970, 1, 2, tzinfo=NOON.tzinfo), 0.5))
    fleet.hear(day_read(EVENING + 300 * DAY, 0.5), nonce="n2", epoch=2)
    assert rows(fleet.database, CoolerDay) == []
