"""What is exported loads again to the same; what a load would change is told before."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from aisle import build_app
from cloud_hub.core.errors import NotFound
from cloud_hub.core.storage.database import Database, open_database
from cloud_hub.master_data.difference import difference, rows_of
from cloud_hub.master_data.exporting import exported_chain
from cloud_hub.master_data.importer import import_chain
from device_profiles.store import ChainProfile

EXAMPLE = Path(__file__).parents[4] / "device_profiles" / "examples" / "chain.json"


def aisle(*words: object) -> Result:
    return CliRunner().invoke(build_app("master-data"), [str(word) for word in words])


def example() -> dict[str, Any]:
    chain: dict[str, Any] = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    return chain


def load(database: Database, chain: dict[str, Any]) -> None:
    with database.writing() as session:
        import_chain(session, ChainProfile.model_validate(chain))


def test_an_exported_chain_loads_again_to_the_same(database: Database, tmp_path: Path) -> None:
    load(
        database,
        example() | {"tenant_id": "exported", "country": "CN", "code_layouts": []},
    )
    other = open_database(f"sqlite:///{tmp_path / 'other.db'}")
    with database.sessions() as session:
        told = exported_chain(session, "exported")
        before = rows_of(session, "exported")
    with other.writing() as session:
        import_chain(session, ChainProfile.model_validate_json(told.model_dump_json()))
        after = rows_of(session, "exported")
        assert exported_chain(session, "exported") == told
    other.close()
    assert difference(before, after).lines == ()


def test_a_device_that_the_chain_names_no_more_is_not_exported(database: Database) -> None:
    """The small chain of the fixture had others."""
    load(database, example())
    with database.sessions() as session:
        told = exported_chain(session, "linguang")
    devices = {device.device_id for store in told.stores for device in store.devices}
    assert devices == {"s01-till-1", "s01-door-1", "s01-cooler-a", "s02-till-1"}


def test_no_secret_is_exported(database: Database) -> None:
    load(database, example())
    with database.sessions() as session:
        told = exported_chain(session, "linguang").model_dump_json()
    assert "replace-with-a-secret" not in told
    with database.sessions() as session, pytest.raises(NotFound, match="there is no chain 'x'"):
        exported_chain(session, "x")


def test_the_command_tells_what_a_load_would_change_and_changes_nothing(tmp_path: Path) -> None:
    data, file = tmp_path / "hub", tmp_path / "chain.json"
    nothing = aisle("master-data", "load", EXAMPLE, "--dry-run", "--data", data)
    assert nothing.exit_code == 1
    assert not data.exists()
    assert aisle("master-data", "load", EXAMPLE, "--data", data).exit_code == 0
    before = aisle("master-data", "export", "--data", data).stdout
    chain = example()
    chain["stores"][0]["listings"] = [
        {"gtin": "95200000000026", "price": "7.10", "par_units": 12, "must_have": True}
    ]
    chain["stores"][0]["devices"][0]["claim_token"] = "another secret of its own"
    chain["brands"].append({"brand_id": "new", "name": {"en": "New", "zh": "新"}})
    file.write_text(json.dumps(chain))
    told = aisle("master-data", "load", file, "--dry-run", "--data", data)
    assert told.exit_code == 0
    assert told.stdout.splitlines() == [
        "+ brand new",
        "~ device s01-till-1: claim_token",
        "~ listing s01/95200000000026: price 6.5 → 7.1",
        "- listing s01/95200000000019",
        "linguang: 1 added, 2 changed, 1 removed if loaded; nothing was changed",
    ]
    assert aisle("master-data", "export", "--data", data).stdout == before
    same = aisle("master-data", "load", EXAMPLE, "--dry-run", "--data", data)
    assert same.stdout == (
        "linguang: 0 added, 0 changed, 0 removed if loaded; nothing was changed\n"
    )


def test_a_file_of_the_export_loads(tmp_path: Path) -> None:
    assert aisle("master-data", "load", EXAMPLE, "--data", tmp_path / "a").exit_code == 0
    file = tmp_path / "exported.json"
    file.write_text(aisle("master-data", "export", "--data", tmp_path / "a").stdout)
    loaded = aisle("master-data", "load", file, "--data", tmp_path / "b")
    assert (loaded.exit_code, loaded.stdout) == (
        0,
        "linguang: 2 stores, 2 products, 4 devices\n",
    )
