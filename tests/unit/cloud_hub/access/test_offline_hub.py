"""The database that a command is about."""

from pathlib import Path
from typing import Any

import pytest

from cloud_hub.access.offline_hub import open_offline_hub
from cloud_hub.core.errors import HubError, UnusableData
from cloud_hub.core.storage.database import Database, open_database
from cloud_hub.master_data.place_tables import Tenant
from device_profiles.names import Names


def tenant(tenant_id: str) -> Tenant:
    return Tenant(tenant_id=tenant_id, name=Names(en="X"), currency="CNY", simulated=False)


def opened(place: dict[str, Any], tenant_id: str | None, **more: bool) -> str:
    with open_offline_hub(place, tenant_id, **more) as office:
        return office.tenant_id


def test_the_only_chain_is_meant_where_none_is_named(
    hub_database: Database, tmp_path: Path
) -> None:
    assert opened({"data_dir": tmp_path}, None) == "linguang"
    assert opened({"data_dir": tmp_path}, "linguang") == "linguang"


def test_of_several_chains_one_must_be_named(hub_database: Database, tmp_path: Path) -> None:
    with hub_database.writing() as session:
        session.add(tenant("another"))
    with pytest.raises(HubError, match="no chain named; this hub holds: another, linguang"):
        opened({"data_dir": tmp_path}, None)
    assert opened({"data_dir": tmp_path}, "another") == "another"


def test_a_chain_that_is_not_there_is_told_with_what_to_do(tmp_path: Path) -> None:
    open_database(f"sqlite:///{tmp_path / 'hub.db'}").close()
    with pytest.raises(HubError, match=r"no chain other; this hub holds: none \(load one with"):
        opened({"data_dir": tmp_path}, "other")


def test_a_hub_that_is_not_there_is_made_only_for_a_new_chain(tmp_path: Path) -> None:
    with pytest.raises(UnusableData, match="there is no hub in"):
        opened({"data_dir": tmp_path}, "new")
    assert opened({"data_dir": tmp_path}, "new", is_new=True) == "new"
    assert (tmp_path / "hub.db").exists()


def test_an_act_is_kept_whole_or_not_at_all(hub_database: Database, tmp_path: Path) -> None:
    def fail(session: Any) -> None:
        session.add(tenant("half"))
        session.flush()
        raise RuntimeError

    with open_offline_hub({"data_dir": tmp_path}, None) as office:
        office.write(lambda session: session.add(tenant("whole")))
        with pytest.raises(RuntimeError):
            office.write(fail)
        with office.database.sessions() as session:
            assert session.get(Tenant, "whole") is not None
            assert session.get(Tenant, "half") is None
