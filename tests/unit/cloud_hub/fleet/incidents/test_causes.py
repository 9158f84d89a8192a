"""One table of rules: the widest cause that fits takes what belongs to it."""

from datetime import timedelta

import pytest

from cloud_hub.fleet.incidents.causes import RULES, Sight, VersionChange, groups, rank
from cloud_hub.fleet.incidents.signals import QUIET, Signal
from cloud_hub.insight.snapshot import load_snapshot
from cloud_hub.master_data.chain import Chain
from tests.small_chain import TENANT, SmallChain
from tests.stage.incidents.dark_store import NIGHT


@pytest.fixture
def chain(two_stores: SmallChain) -> Chain:
    for number in range(3, 6):
        two_stores._store(f"s{number:02d}")
    with two_stores.reading() as session:
        snapshot = load_snapshot(session, TENANT, NIGHT)
        assert snapshot is not None
        return snapshot.chain


def signal(device_id: str, what: str = QUIET, minutes: float = 0) -> Signal:
    return Signal(
        key=f"{what}/{device_id}",
        store_id=device_id[:3],
        device_id=device_id,
        what=what,
        since=NIGHT + timedelta(minutes=minutes),
    )


def of(store: str, what: str = QUIET, minutes: float = 0) -> list[Signal]:
    kinds = ("till", "door", "cooler")
    return [signal(f"{store}-{kind}", what, minutes + n) for n, kind in enumerate(kinds)]


def found(chain: Chain, signals: list[Signal], *changes: VersionChange) -> list[tuple[str, int]]:
    ordered = sorted(signals, key=lambda one: one.since)
    seen = groups(Sight(chain=chain, changes=changes), ordered)
    assert sorted(one.key for each in seen for one in each.members) == sorted(
        one.key for one in signals
    )
    return [(each.rule, len(each.members)) for each in seen]


def test_a_whole_store_silent_within_minutes_is_its_network(chain: Chain) -> None:
    assert found(chain, of("s02")) == [("network", 3)]
    (group,) = groups(Sight(chain=chain), of("s02"))
    assert group.said.text("en") == "Store 02: network: 3 devices are not heard"


def test_one_device_of_three_is_by_itself(chain: Chain) -> None:
    assert found(chain, [signal("s02-till")]) == [("single", 1)]


def test_devices_that_fell_silent_far_apart_have_no_common_cause(chain: Chain) -> None:
    apart = [signal("s02-till"), signal("s02-door", minutes=60), signal("s02-cooler", minutes=120)]
    assert found(chain, apart) == [("single", 1)] * 3


def test_a_device_dead_for_long_does_not_hide_that_the_others_fell_together(chain: Chain) -> None:
    mixed = [signal("s02-till", minutes=-9000), *of("s02")[1:]]
    assert found(chain, mixed) == [("network", 2), ("single", 1)]


def test_most_stores_silent_at_once_is_the_broker_or_the_hub(chain: Chain) -> None:
    dark = [one for store in ("s01", "s02", "s03", "s04", "s05") for one in of(store)]
    assert found(chain, dark) == [("hub", 15)]
    assert found(chain, dark[:-3]) == [("hub", 12)]
    assert found(chain, dark[:6]) == [("network", 3), ("network", 3)]


def test_one_alarm_on_several_devices_of_a_store_is_one_kind(chain: Chain) -> None:
    assert found(chain, of("s02", "disk-full")) == [("kind", 3)]
    several = [signal("s02-till", "disk-full"), signal("s03-till", "disk-full")]
    assert found(chain, several) == [("single", 1)] * 2


def test_one_alarm_in_many_stores_after_a_version_came_is_the_versions(chain: Chain) -> None:
    stores = ("s01", "s02", "s03")
    alarms = [signal(f"{store}-cooler", "picture-dark") for store in stores]
    devices = frozenset(one.device_id for one in alarms)
    change = VersionChange(version="models/x 5", at=NIGHT - timedelta(hours=1), devices=devices)
    assert found(chain, alarms, change) == [("version", 3)]
    (group,) = groups(Sight(chain=chain, changes=(change,)), alarms)
    assert group.said.text("en") == "models/x 5: picture too dark in 3 stores"
    late = VersionChange(version="models/x 5", at=NIGHT + timedelta(hours=1), devices=devices)
    old = VersionChange(version="models/x 5", at=NIGHT - timedelta(days=3), devices=devices)
    others = VersionChange(version="models/x 5", at=change.at, devices=frozenset({"s05-till"}))
    for elsewhere in (late, old, others):
        assert found(chain, alarms, elsewhere) == [("single", 1)] * 3
    assert found(chain, alarms[:2], change) == [("single", 1)] * 2


def test_the_table_is_in_the_order_of_width() -> None:
    assert [one.name for one in RULES] == ["hub", "network", "version", "kind", "single"]
    assert rank("hub") < rank("network") < rank("single")
