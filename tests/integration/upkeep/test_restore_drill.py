"""The drill: a store sells, the hub's machine is gone, another one takes its place."""

import json
import shutil

import pytest

from tests.stage.restoring.drill import TILL, Camera, Till, aisle, done, hub, until
from tests.talking_device import COLA

PRICES = "prices/s01"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.needs_postgresql)])
def database(request):
    """A function that gives an empty database, or None where the hub keeps its own file."""
    if request.param == "sqlite":
        return lambda: None
    server = request.getfixturevalue("postgresql")
    return lambda: server.create_database().replace("+psycopg", "")


def at(url: str | None) -> tuple[str, ...]:
    return ("--database", url) if url else ()


def add_prices(folder, data, url, version: int, price: str):
    path = folder / "prices.json"
    content = {"currency": "CNY", "prices": [{"gtin": COLA, "price": price}]}
    path.write_text(json.dumps(content), encoding="utf-8")
    named = ("--name", PRICES, "--version", str(version))
    return aisle("artifact", "add", path, *named, "--data", data, *at(url))


def test_a_hub_whose_machine_is_gone_comes_back_on_another(tmp_path, database):
    old, new, backup = tmp_path / "old", tmp_path / "new", tmp_path / "hub.age"
    first, second = database(), database()
    till, camera = Till(tmp_path / "till"), Camera(tmp_path / "camera")
    with hub(old, first) as its:
        its.load()
        assert add_prices(tmp_path, old, first, 1, "1.00").returncode == 0
        with till.running(its.url), camera.linked(its.url):
            its.assign(PRICES, 1)
            till.until_it_sells_at("1.00")
            early = camera.take(b"a picture from before")
            until(lambda: its.holds(early))
            with till.selling():
                done("backup", "--to", backup, "--data", old, *at(first))
            sold_before = till.sold

            assert add_prices(tmp_path, old, first, 2, "2.00").returncode == 0
            its.assign(PRICES, 2)
            till.until_it_sells_at("2.00")
            late = camera.take(b"a picture from after")
            until(lambda: its.holds(late))
            until(lambda: its.reported(PRICES) == (2, ""))
            until(lambda: its.receipts() == till.sold and its.balances())
    with till.running(its.url):
        till.sell()
    shutil.move(old, tmp_path / "gone")
    assert till.sold > sold_before

    said = done("restore", backup, "--data", new, *at(second))
    assert "asked again: 2 devices" in said
    assert "lost for good" in said
    assert "pictures: 1 of 1 are missing" in said
    with (
        hub(new, second) as its,
        till.running(its.url),
        camera.linked(its.url),
    ):
        till.sell()
        until(lambda: its.receipts() == till.sold and its.balances())
        assert its.lost() == 0
        until(lambda: its.holds(early) and its.holds(late))

        until(lambda: its.reported(PRICES)[0] == 2)
        refused = add_prices(tmp_path, new, second, 2, "3.00")
        assert "a device has prices/s01 version 2 already" in refused.stderr
        assert add_prices(tmp_path, new, second, 3, "3.00").returncode == 0
        its.assign(PRICES, 3)
        till.until_it_sells_at("3.00")
        until(lambda: its.reported(PRICES) == (3, ""))
        until(lambda: its.receipts() == till.sold and its.balances())
    log = done("log", "verify", "--data", new, *at(second))
    assert "linguang: entry" in log
    assert "put the hub back from a backup" in log
    assert done("audit", "--data", new, *at(second))
    camera.outbox.close()


def test_devices_trust_new_keys_where_the_old_ones_are_lost(tmp_path):
    old, new, backup = tmp_path / "old", tmp_path / "new", tmp_path / "hub.age"
    till = Till(tmp_path / "till")
    with hub(old) as its:
        its.load()
        assert add_prices(tmp_path, old, None, 1, "1.00").returncode == 0
        its.assign(PRICES, 1)
        with till.running(its.url):
            till.until_it_sells_at("1.00")
            until(lambda: its.balances())
    shutil.rmtree(old / "artifacts" / "linguang" / "keys")
    made = aisle("backup", "--to", backup, "--data", old)
    assert "linguang: keys for signing that are not" in made.stderr
    assert "aisle artifact new-root" in done("restore", backup, "--data", new)

    assert "the key of targets is not in" in add_prices(tmp_path, new, None, 2, "2.00").stderr
    refused = aisle("artifact", "new-root", "--data", new)
    assert refused.returncode != 0
    assert "say --yes" in refused.stderr
    assert "1 devices must claim anew" in done("artifact", "new-root", "--yes", "--data", new)
    assert add_prices(tmp_path, new, None, 2, "2.00").returncode == 0
    with hub(new) as its, till.running(its.url):
        its.assign(PRICES, 2)
        till.until_it_sells_at("2.00")
        until(lambda: its.reported(PRICES) == (2, ""))
        until(lambda: its.receipts() == till.sold and its.balances())
        assert TILL in its.http.get("/api/v1/devices").text
