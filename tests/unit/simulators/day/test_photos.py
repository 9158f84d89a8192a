"""What stands in a cooler when it is photographed."""

from collections import Counter
from datetime import UTC, datetime

from simulators.chain.chain import cooler_slots
from simulators.chain.goods import demonstration_goods
from simulators.core.clock import demo_time
from simulators.day.photos import photo_due
from simulators.day.problems import planted_in
from simulators.playback.photographer import wanted_first

TIME = demo_time(datetime(2026, 11, 20, 6, 30, tzinfo=UTC))


def test_row_5_leaves_every_planned_drink_somewhere_in_the_cooler() -> None:
    script = planted_in(("s05",), TIME)
    due = photo_due("s05", TIME.at(TIME.today, 13), script)
    brands = {good.gtin: good.brand_id for good in demonstration_goods()}
    assert Counter(brands.get(str(gtin)) for gtin in due.slots.values()) == {
        "quanye": 30,
        "lanfeng": 7,
        None: 3,
    }
    assert set(cooler_slots().values()) <= set(due.slots.values())
    assert (len(due.unlisted), due.empty) == (3, ())


def test_the_photos_since_just_before_strange_packs_came_are_wanted_first() -> None:
    script = planted_in(("s05",), TIME)
    photos = [photo_due("s05", TIME.at(TIME.today, hour, 10), script) for hour in range(7, 14)]
    assert wanted_first(photos) == photos[1:]
