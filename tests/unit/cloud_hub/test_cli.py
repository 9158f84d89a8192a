import json
import socket
import sqlite3
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from aisle import build_app
from cloud_hub.access.sign_in import check_password
from cloud_hub.access.tokens import token_row
from cloud_hub.app import build_hub
from cloud_hub.core.settings import HubSettings
from cloud_hub.core.storage.database import Database, open_database
from cloud_hub.link.ingest.ingest import Ingest
from cloud_hub.master_data.chain import read_chain
from device_profiles.artifact import ArtifactKind
from tests.talking_device import COLA, TalkingDevice, line, receipt, small_chain


def aisle(*words: object, typed: str | None = None) -> Result:
    return CliRunner().invoke(build_app("hub"), [str(word) for word in words], input=typed)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A hub's folder with the small chain."""
    chain = tmp_path / "chain.json"
    chain.write_text(small_chain().model_dump_json())
    assert aisle("master-data", "load", chain, "--data", tmp_path).exit_code == 0
    return tmp_path


def refused(result: Result, *said: str) -> None:
    """The command failed with one clear line."""
    assert result.exit_code == 1
    (line_said,) = result.stderr.splitlines()
    for part in said:
        assert part in line_said


def test_a_login_can_sign_in(data: Path) -> None:
    made = aisle(
        "login",
        "add",
        "anna",
        "--role",
        "store",
        "--scope",
        "s01",
        "--data",
        data,
        "--password-stdin",
        typed="long enough\n",
    )
    assert made.exit_code == 0, made.output
    database = open_database(f"sqlite:///{data / 'hub.db'}")
    with database.sessions() as session:
        login = check_password(session, "anna", "long enough")
        assert login is not None
        assert (login.role, login.scopes, login.regions) == ("store", ["s01"], [])
        assert check_password(session, "anna", "wrong") is None
        assert check_password(session, "nobody", "long enough") is None
    database.close()


def test_a_weak_login_is_refused(data: Path) -> None:
    add = ("login", "add", "anna", "--data", data, "--password-stdin")
    refused(aisle(*add, "--role", "it", typed="short\n"), "8 characters")
    refused(aisle(*add, "--role", "brand", typed="long enough\n"), "needs a scope")
    nowhere = aisle(*add, "--role", "store", "--scope", "s99", typed="long enough\n")
    refused(nowhere, "there is no store 's99'; there is: s01")
    token = ("hub", "token", "--data", data, "--role", "brand", "--scope")
    refused(aisle(*token, "rival"), "there is no brand 'rival'; there is: quanye")


def test_logins_are_listed_disabled_enabled_and_removed(data: Path) -> None:
    place = ("--data", data)
    add = ("login", "add", *place, "--password-stdin", "--role", "store")
    two = aisle(*add, "anna", "--scope", "s01", "--scope", "s02", typed="long enough\n")
    refused(two, "there is no store 's02'; there is: s01")
    made = aisle(*add, "anna", "--scope", "s01", "--region", "S01", typed="long enough\n")
    refused(made, "there is no region 'S01'")
    made = aisle(*add, "anna", "--scope", "s01", "--region", "test", typed="long enough\n")
    assert made.stdout == "anna may sign in as store (store s01, region Test)\n"
    assert aisle("login", "list", *place).stdout == "anna  store  store s01, region Test\n"
    assert aisle("login", "disable", "anna", *place).stdout == "anna may not sign in\n"
    assert "  disabled 2" in aisle("login", "list", *place).stdout
    assert aisle("login", "enable", "anna", *place).stdout == "anna may sign in again\n"
    assert "disabled" not in aisle("login", "list", *place).stdout
    assert aisle("login", "remove", "anna", *place).stdout == "anna is gone\n"
    assert aisle("login", "list", *place).stdout == ""
    refused(aisle("login", "disable", "anna", *place), "there is no login 'anna'")


def test_a_token_is_listed_by_an_id_and_revoked_by_it(data: Path) -> None:
    place = ("--data", data)
    secret = aisle(
        "hub", "token", "--role", "it", "--write", "--name", "ops", *place
    ).stdout.strip()
    (told,) = aisle("login", "token", "list", *place).stdout.splitlines()
    assert "ops  it  may write  made 2" in told
    assert secret not in told
    called = told.split()[0]
    revoked = aisle("login", "token", "revoke", called, *place)
    assert revoked.stdout == "token ops opens nothing any more\n"
    assert aisle("login", "token", "list", *place).stdout == ""
    assert "revoked 2" in aisle("login", "token", "list", "--all", *place).stdout
    refused(aisle("login", "token", "revoke", "ops", *place), "there is no valid token 'ops'")


def test_a_token_is_printed_once_and_kept_as_a_hash(data: Path) -> None:
    token = aisle("hub", "token", "--role", "it", "--data", data).stdout.strip()
    database = open_database(f"sqlite:///{data / 'hub.db'}")
    with database.sessions() as session:
        row = token_row(session, token)
        assert row is not None
        assert (row.role, row.may_write) == ("it", False)
    database.close()
    assert token.encode() not in (data / "hub.db").read_bytes()


def test_the_audit_of_a_balanced_hub_ends_well(
    data: Path, database: Database, ingest: Ingest
) -> None:
    till = TalkingDevice()
    till.say(receipt(1, line(1, COLA, "1", "3", "3")))
    ingest.take([till.hello(), *till.batches()])
    result = aisle("audit", "--database", database.engine.url, "--json")
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert told["balanced"] is True
    (row,) = told["devices"]
    assert {key: row[key] for key in ("device", "lane", "produced", "received", "lost", "waiting")}
    assert (row["device"], row["produced"], row["received"]) == ("s01-till", 1, 1)
    assert "balanced" in aisle("audit", "--database", database.engine.url).stdout


def test_the_audit_of_a_hub_that_lacks_an_event_fails(database: Database, ingest: Ingest) -> None:
    till = TalkingDevice()
    till.say(*(receipt(n, line(1, COLA, "1", "3", "3")) for n in range(3)))
    ingest.take([till.hello(), *till.batches()])
    with database.writing() as session:
        session.connection().exec_driver_sql("DELETE FROM event WHERE seq = 2")
    result = aisle("audit", "--database", database.engine.url, "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["balanced"] is False


@pytest.mark.parametrize(("option", "past_area_m2"), [([], 120.0), (["--correct"], 7.0)])
def test_a_chain_loaded_again_holds_from_now_on_unless_it_corrects(
    data: Path, option: list[str], past_area_m2: float
) -> None:
    chain = json.loads((data / "chain.json").read_text())
    for area_m2, options in ((120.0, ["--correct"]), (7.0, option)):
        chain["stores"][0]["selling_area_m2"] = area_m2
        (data / "chain.json").write_text(json.dumps(chain))
        load = ("master-data", "load", data / "chain.json", "--data", data)
        assert aisle(*load, *options).exit_code == 0
    database = open_database(f"sqlite:///{data / 'hub.db'}")
    with database.sessions() as session:
        known = read_chain(session, chain["tenant_id"])
    database.close()
    assert known is not None
    assert known.stores["s01"].hours.on(date(2020, 1, 1)).selling_area_m2 == past_area_m2


def test_what_cannot_be_done_is_said_in_one_line(tmp_path: Path, data: Path) -> None:
    refused(aisle("audit", "--data", tmp_path / "none"), "there is no hub in")
    gone = tmp_path / "gone.db"
    refused(aisle("audit", "--database", f"sqlite:///{gone}"), f"there is no database {gone}")
    assert not gone.exists()
    refused(aisle("audit", "--hub", "hub1"), "write http://HOST:PORT")
    refused(aisle("audit", "--hub", "http://127.0.0.1:1"), "no hub answers at http://127.0.0.1:1")
    refused(aisle("master-data", "load", tmp_path / "none.json", "--data", data), "cannot read")
    broken = tmp_path / "broken.json"
    broken.write_text('{"tenant_id": "A"}')
    refused(aisle("master-data", "load", broken, "--data", data), "tenant_id")
    refused(aisle("hub", "token", "--role", "store", "--data", data), "needs a scope")
    refused(aisle("hub", "token", "--tenant", "other", "--data", data), "no chain other")
    refused(
        aisle("hub", "--data", "/proc/nowhere", "--http", "127.0.0.1:0", "--mqtt", "127.0.0.1:0"),
        "cannot use data folder",
    )
    refused(aisle("hub", "--http", "nonsense"), "http", "HOST:PORT")


def test_a_port_in_use_and_a_newer_database_are_said_in_one_line(data: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = f"127.0.0.1:{other.getsockname()[1]}"
        refused(aisle("hub", "--data", data, "--http", taken), taken, "--http")
    connection = sqlite3.connect(data / "hub.db")
    with connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    refused(
        aisle("hub", "--data", data, "--http", "127.0.0.1:0", "--mqtt", "127.0.0.1:0"),
        "newer AisleOS",
    )


def test_a_version_is_rolled_out_told_and_stopped(data: Path) -> None:
    prices = data / "prices.json"
    content = {"currency": "CNY", "prices": [{"gtin": COLA, "price": "3.50"}]}
    prices.write_text(json.dumps(content), encoding="utf-8")
    name, place = "prices/till", ("--data", data)
    assert aisle("artifact", "add", prices, "--name", name, "--version", 1, *place).exit_code == 0
    rollout = ("artifact", "roll-out", name, "--version", 1, *place)
    assert aisle(*rollout).exit_code == 2, "which devices?"
    refused(aisle("artifact", "stop", name, *place), f"no rollout of {name} is running")
    begun = aisle(*rollout, "--store", "s01")
    assert "1 of 3 devices asked, 0 use it, 0 cannot; next wave not before" in begun.stdout
    assert aisle("artifact", "stop", name, *place).exit_code == 0
    told = aisle("artifact", "waves", *place).stdout
    assert told.startswith(f"{name} 1  stopped: 1 of 3 devices asked")
    assert told.endswith("stopped by command line\n")


def test_what_a_running_hub_is_set_to_holds_for_commands_beside_it(data: Path) -> None:
    prices = data / "prices.json"
    content = {"currency": "CNY", "prices": [{"gtin": COLA, "price": "3.50"}]}
    prices.write_text(json.dumps(content), encoding="utf-8")
    name, place = "prices/till", ("--data", data)
    assert aisle("artifact", "add", prices, "--name", name, "--version", 1, *place).exit_code == 0
    asked = ("artifact", "roll-out", name, "--version", 1, "--store", "s01", *place)
    for more, said in (
        (("--metric", "sales"), "there is no metric 'sales'"),
        (("--hours", "2-5"), "write them as 02:00-05:00"),
        (("--wave", "s99"), "no store or region 's99'"),
    ):
        refused(aisle(*asked, *more), said)
    settings = HubSettings(data_dir=data, second_approver=(ArtifactKind.PRICE_LIST,))
    build_hub(settings).state.hub.database.close()
    assign = ("artifact", "assign", name, "--version", 1, "--store", "s01", *place)
    refused(aisle(*assign), "needs the approval of a second login")
    told = aisle(*asked, "--metric", "net-sales", "--hours", "02:00-05:00").stdout
    assert "proposed: 0 of 3 devices asked" in told
    assert "waits for the approval of another login than command line" in told
    days = ("--from", "2026-11-01", "--to", "2099-01-01", "--reason", "stock-taking")
    refused(aisle("artifact", "freeze", *days, *place), "freeze 366 days at most")
    assert aisle("artifact", "freeze", *place).exit_code == 2
    assert aisle("artifact", "back", name, *place).exit_code == 1


def test_the_embedded_broker_is_for_its_own_machine(data: Path) -> None:
    for address in ("0.0.0.0:1883", "192.0.2.1:1883", "[::]:1883"):
        started = aisle("hub", "--data", data, "--http", "127.0.0.1:0", "--mqtt", address)
        refused(started, address, "mosquitto", "--broker", "docs/hub.md")


def test_a_proxy_that_is_none_is_named(data: Path) -> None:
    started = aisle("hub", "--data", data, "--trusted-proxy", "everybody")
    refused(started, "trusted_proxies", "'everybody' is no proxy's address or network")


def test_a_product_is_removed_once_and_is_back_when_it_is_loaded_again(data: Path) -> None:
    remove = ("master-data", "remove", "store", "s01", "--data", data)
    refused(aisle(*remove), "store 's01' still has devices", "load it")
    refused(
        aisle("master-data", "remove", "fixture", "s99-a", "--data", data), "no fixture 's99-a'"
    )
    told = aisle("master-data", "remove", "product", COLA, "--data", data)
    assert (told.exit_code, "is deleted" in told.stdout) == (0, True)
    refused(aisle("master-data", "remove", "product", COLA, "--data", data), "no product")
    assert aisle("master-data", "load", data / "chain.json", "--data", data).exit_code == 0
    assert COLA in aisle("master-data", "export", "--data", data).stdout
