"""Real receipts as three programs write them, imported by `aisle pos import` and sent to a hub over
a real link: what its API and its table to save say is what DuckDB says of the originals, to the
cent, and each spoiled row is refused with its reason."""

import asyncio
import csv
import io
import json
import sys
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import httpx
import pytest
import sqlalchemy as sa
import tomli_w
from biip.checksums import gs1_standard_check_digit

from cloud_hub.access.grants import Grant
from cloud_hub.access.logins import NewLogin, add_login, login_named
from cloud_hub.access.sign_in import SESSION_COOKIE, open_session
from cloud_hub.app import build_hub
from cloud_hub.core.hub import Hub
from cloud_hub.core.settings import HubSettings
from cloud_hub.sales.tables import Receipt
from device_profiles.names import Names
from device_profiles.store import BrandProfile, ChainProfile, LoginRole, ProductProfile
from edge_agent.till.imports.chain import chain_of, folder_secret
from edge_agent.till.imports.mapping import load_mapping
from edge_agent.till.imports.reading import ReceiptFile
from sync.core.clock import ManualClock
from tests.mangled_receipts import (
    CHINESE,
    GERMAN,
    PLAIN,
    Dress,
    TruthLine,
    mapping_words,
    with_changes,
    write,
)
from tests.running_hub import RunningHub, running_hub, served
from tests.stage.receipts.plain_truth import Counted, PlainTruth
from tests.stage.servers import unused_port

pytestmark = pytest.mark.needs_data

DRESSES = (PLAIN, GERMAN, CHINESE)
STORES_OF_A_DRESS = 2
PRODUCTS = 5
ZONE = "America/New_York"
REST = "rest"


@dataclass(slots=True)
class Road:
    """What was written, and what came out at the other end."""

    truth: PlainTruth
    spoiled: dict[str, dict[int, str]] = field(default_factory=dict)
    refused: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)
    series: dict[str, Any] = field(default_factory=dict)
    receipts: dict[str, int] = field(default_factory=dict)
    audit: dict[str, Any] = field(default_factory=dict)
    days: tuple[date, date] = (date.min, date.max)
    table: list[dict[str, str]] = field(default_factory=list)
    table_day: date = date.min


def real_lines(path: Path) -> dict[str, list[TruthLine]]:
    """The sales of the largest stores, by dress, with products' numbers as GTINs."""
    stores = duckdb.execute(
        f"SELECT store_id FROM '{path}' GROUP BY store_id"
        f" ORDER BY count(DISTINCT basket_id) DESC, store_id LIMIT {3 * STORES_OF_A_DRESS}"
    ).fetchall()
    dress_of = {row[0]: DRESSES[number % 3].name for number, row in enumerate(stores)}
    rows = duckdb.execute(
        "SELECT store_id, CAST(basket_id AS VARCHAR),"
        " min(transaction_timestamp) OVER (PARTITION BY basket_id), CAST(product_id AS VARCHAR),"
        " CAST(quantity AS VARCHAR), CAST(CAST(sales_value AS DECIMAL(18, 2)) AS VARCHAR),"
        f" CAST(household_id AS VARCHAR) FROM '{path}' WHERE list_contains(?, store_id)",
        [list(dress_of)],
    ).fetchall()
    found: dict[str, list[TruthLine]] = {dress.name: [] for dress in DRESSES}
    for store, number, at, product, quantity, amount, member in rows:
        body = f"690{int(product) % 10**9:09d}"
        line = TruthLine(
            store=str(store),
            number=number,
            kind="sale",
            at=at,
            code=body + str(gs1_standard_check_digit(body)),
            quantity=Decimal(quantity).normalize() + 0,
            amount=Decimal(amount),
            member=member,
        )
        found[dress_of[store]].append(line)
    return found


def write_mapping(path: Path, dress: Dress) -> None:
    words = mapping_words(dress) | {
        "code_kind": "gtin",
        "store_time_zone": ZONE,
        "file_time_zone": ZONE,
    }
    path.write_text(tomli_w.dumps(words), encoding="utf-8")


def chain(folder: Path, truth: PlainTruth) -> ChainProfile:
    """Every store of the files; each of the best sold products is a brand of its own, so that its
    sell-out can be asked for."""
    parts = []
    for dress in DRESSES:
        data = folder / dress.name
        mapping = load_mapping(str(folder / f"{dress.name}.toml"))
        source = ReceiptFile(folder / f"{dress.name}.csv", mapping, scratch=data)
        named = [one for one in source.stores() if one.value.isdigit()]
        parts.append(chain_of(mapping, named, folder_secret(data)))
    best = truth.best_sold(PRODUCTS)
    return parts[0].model_copy(
        update={
            "stores": tuple(store for part in parts for store in part.stores),
            "brands": tuple(
                BrandProfile(brand_id=f"b-{code}", name=Names(en=code, zh=code)) for code in best
            ),
            "products": tuple(
                ProductProfile(
                    gtin=code,
                    name=Names(en=code, zh=code),
                    brand_id=f"b-{code}",
                    category=Names(en="Goods", zh="商品"),
                )
                for code in best
            ),
        }
    )


async def import_file(folder: Path, dress: Dress, hub_url: str) -> int:
    """The exit code of `aisle pos import`, as a person types it."""
    given = [str(folder / f"{dress.name}.csv"), "--mapping", str(folder / f"{dress.name}.toml")]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "aisle", "pos", "import", *given),
        *("--data", str(folder / dress.name), "--hub", hub_url, "--json"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate()
    assert process.returncode in (0, 1), said.decode()
    return process.returncode


async def travelled(road: Road, folder: Path) -> None:
    """The three files through their tills' outboxes and links to a hub, and its answers."""
    port = unused_port()
    async with running_hub(folder / "hub", port=unused_port()) as hub, served(hub, port) as url:
        await hub.load(chain(folder, road.truth))
        for dress in DRESSES:
            road.codes[dress.name] = await import_file(folder, dress, url)
        await ask(road, hub)


async def ask(road: Road, hub: RunningHub) -> None:
    first, last = road.days
    asked = {"from": str(first), "to": str(last), "each": "true"}
    for name in ("net-sales", "average-basket", "return-rate"):
        road.series[name] = (await hub.http.get(f"/api/v1/metrics/{name}", params=asked)).json()
    for code in road.truth.best_sold(PRODUCTS):
        answer = await hub.http.get(
            "/api/v1/metrics/sell-out", params=asked | {"brand": f"b-{code}"}
        )
        road.series[code] = answer.json()
    road.audit = await hub.audit()
    with hub.hub.database.sessions() as session:
        counted = session.execute(sa.select(Receipt.type, sa.func.count()).group_by(Receipt.type))
        road.receipts = {str(kind): count for kind, count in counted}


async def saved(folder: Path, day: date) -> list[dict[str, str]]:
    """The overview's table of stores as a file, on the evening of a day."""
    evening = datetime.combine(day + timedelta(days=1), time(3, 59), ZoneInfo(ZONE))
    app = build_hub(
        HubSettings(data_dir=folder / "hub"), clock=ManualClock(evening.astimezone(UTC))
    )
    hub: Hub = app.state.hub
    grant = Grant(role=LoginRole.HEAD_OFFICE)
    with hub.database.writing() as session:
        new = NewLogin(tenant_id="chain", login_name="o", password="long enough", grant=grant)
        add_login(session, new)
    with hub.database.writing() as session:
        login = login_named(session, "chain", "o")
        cookie = open_session(session, login, hub.clock.now(), lasts=timedelta(days=1))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://hub") as http:
        headers = {"Cookie": f"{SESSION_COOKIE}={cookie}"}
        answer = await http.get("/?export=stores", headers=headers)
    hub.database.close()
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))


@pytest.fixture(scope="module")
def road(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> Road:
    folder = tmp_path_factory.mktemp("road")
    everything: list[TruthLine] = []
    spoiled = {}
    sales = real_lines(shared_data / "receipts" / "transactions_sample.parquet")
    for dress in DRESSES:
        rng = Random(dress.name)
        lines = with_changes(sales[dress.name], rng)
        everything += lines
        spoiled[dress.name] = write(folder / f"{dress.name}.csv", dress, lines, rng)
        write_mapping(folder / f"{dress.name}.toml", dress)
        (folder / dress.name).mkdir()
    road = Road(truth=PlainTruth.of(everything, folder / "truth.csv"), spoiled=spoiled)
    net = road.truth.net_sales()
    road.days = min(day for _, day in net), max(day for _, day in net)
    road.table_day = Counter(day for _, day in net).most_common(1)[0][0]
    asyncio.run(travelled(road, folder))
    road.table = asyncio.run(saved(folder, road.table_day))
    for dress in DRESSES:
        text = (folder / dress.name / "refused.jsonl").read_text(encoding="utf-8")
        road.refused[dress.name] = [json.loads(line) for line in text.splitlines()]
    return road


def points(series: dict[str, Any]) -> Counted:
    """What the hub says of each store and day on which something was sold."""
    return {
        (point["store"], date.fromisoformat(point["day"])): Decimal(str(point["value"]))
        for point in series["points"]
        if point["value"] is not None
    }


def without_nothing(counted: Counted) -> Counted:
    return {key: value for key, value in counted.items() if value}


@pytest.mark.parametrize("dress", DRESSES, ids=lambda dress: dress.name)
def test_each_spoiled_row_is_refused_with_its_reason(road: Road, dress: Dress) -> None:
    spoiled, refused = road.spoiled[dress.name], road.refused[dress.name]
    assert road.codes[dress.name] == 1
    assert len(spoiled) > 50
    assert Counter(one["line"] for one in refused) == Counter(list(spoiled))
    assert all(spoiled[one["line"]] in one["reason"] for one in refused)


def test_every_receipt_return_and_void_came_and_nothing_else(road: Road) -> None:
    assert road.receipts == road.truth.receipts()
    assert set(road.receipts) == {"sale", "return", "void"}
    assert road.audit["balanced"]
    assert sum(row["received"] for row in road.audit["devices"]) == sum(road.receipts.values())


def test_net_sales_of_each_store_and_day_are_those_of_the_originals(road: Road) -> None:
    assert without_nothing(points(road.series["net-sales"])) == without_nothing(
        road.truth.net_sales()
    )
    total = sum(road.truth.net_sales().values())
    assert sum(points(road.series["net-sales"]).values()) == total


def test_baskets_and_returns_of_each_store_and_day_are_those_of_the_originals(road: Road) -> None:
    sold, baskets, returned = road.truth.sold(), road.truth.baskets(), road.truth.returned()
    average, in_baskets = points(road.series["average-basket"]), road.truth.in_baskets()
    assert set(average) == set(baskets)
    for key, count in baskets.items():
        assert float(average[key]) == pytest.approx(float(in_baskets[key] / count), abs=1e-9)
    rate = points(road.series["return-rate"])
    for key, amount in returned.items():
        if sold.get(key):
            assert float(rate[key]) == pytest.approx(float(amount / sold[key]), abs=1e-9)
    assert all(key in returned for key, value in without_nothing(rate).items())


def test_units_of_each_product_are_those_of_the_originals(road: Road) -> None:
    for code in road.truth.best_sold(PRODUCTS):
        assert without_nothing(points(road.series[code])) == without_nothing(road.truth.units(code))


def test_the_overviews_table_to_save_says_the_same(road: Road) -> None:
    net = road.truth.net_sales()
    said = {row["Store"]: row["Net sales"] for row in road.table}
    for store_id in {store for store, _ in net}:
        name = f"Store {store_id.removeprefix('store-')}"
        if (store_id, road.table_day) in net:
            assert Decimal(said[name]) == net[store_id, road.table_day]
