"""Power cuts while a hub is backed up and while it is put back, on both databases: no half backup
counts, the next one is whole, no hub starts on half a restore, and what it held is there after the
next."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from cloud_hub.admin.backup.restoring import BEGUN
from sync.core.failpoints import Failpoint
from tests.chaos.trust.tls_shop import KILLED
from tests.stage.restoring.drill import RunningHub, Till, aisle, done, hub, until
from tests.talking_device import COLA

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(600)]

OF_A_BACKUP = (Failpoint.BACKUP_MID_WRITE, Failpoint.BACKUP_BEFORE_RENAME)
OF_A_RESTORE = (
    Failpoint.RESTORE_MID_FILES,
    Failpoint.RESTORE_BEFORE_MOVE,
    Failpoint.RESTORE_MID_MOVE,
)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.needs_postgresql)])
def database(request: pytest.FixtureRequest) -> Callable[[], str | None]:
    """A function that gives an empty database, or None where the hub keeps its own file."""
    if request.param == "sqlite":
        return lambda: None
    server = request.getfixturevalue("postgresql")
    return lambda: server.create_database().replace("+psycopg", "")


def at(url: str | None) -> tuple[str, ...]:
    return ("--database", url) if url else ()


def sell_at_a_price(folder: Path, its: RunningHub, till: Till, place: tuple[str, ...]) -> None:
    """The till has a price list of the hub, and sells by it."""
    prices = folder / "prices.json"
    listed = {"currency": "CNY", "prices": [{"gtin": COLA, "price": "1.00"}]}
    prices.write_text(json.dumps(listed), encoding="utf-8")
    named = ("--name", "prices/s01", "--version", "1")
    done("artifact", "add", prices, *named, "--data", its.data, *place)
    its.assign("prices/s01", 1)
    till.until_it_sells_at("1.00")


def test_a_backup_and_a_restore_are_whole_after_a_power_cut_at_each_of_their_points(
    tmp_path: Path, database: Callable[[], str | None]
) -> None:
    old, new, backup = tmp_path / "old", tmp_path / "new", tmp_path / "hub.age"
    first, second = database(), database()
    till = Till(tmp_path / "till")
    with hub(old, first) as its:
        its.load()
        with till.running(its.url):
            sell_at_a_price(tmp_path, its, till, at(first))
            until(lambda: its.receipts() == till.sold and its.balances())
        making = ("backup", "--to", backup, "--data", old, *at(first))
        for point in OF_A_BACKUP:
            assert aisle(*making, failpoint=point).returncode == KILLED
            assert not backup.exists(), "under its name there is a whole one or none"
            part = backup.with_name("hub.age.part")
            part.write_bytes(part.read_bytes()[: part.stat().st_size // 2])
            assert "hub.age.part" in aisle("verify", part).stderr
        assert its.receipts() == till.sold, "the hub works on"
        done(*making)
        assert "whole" in done("verify", backup)
        assert [one.name for one in old.glob("*.part")] == []

    restoring = ("restore", backup, "--data", new, *at(second))
    for point in OF_A_RESTORE:
        assert aisle(*restoring, failpoint=point).returncode == KILLED
        for path in (new / "restore.part").rglob("*"):
            # What was synced before anything else was begun is whole.
            if path.is_file() and path.name != BEGUN:
                path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        refused = aisle("hub", "--data", new, *at(second))
        assert refused.returncode == 1
        assert "was not finished; run aisle restore into it once more" in refused.stderr
    done(*restoring)
    with hub(new, second) as its:
        assert its.receipts() == till.sold
        with till.running(its.url):
            till.sell()
            until(lambda: its.receipts() == till.sold and its.balances())
        assert its.lost() == 0
    assert "put the hub back from a backup" in done("log", "verify", "--data", new, *at(second))
