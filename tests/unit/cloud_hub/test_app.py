"""The hub put together: what it makes on its first start, and what it refuses on a later one."""

import stat
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from cloud_hub.access.tables import ApiToken
from cloud_hub.access.tokens import ANY_TENANT, token_row
from cloud_hub.app import ADMIN_TOKEN_FILE, build_hub
from cloud_hub.core.errors import UnusableData
from cloud_hub.core.settings import HubSettings
from sync.core.clock import ManualClock
from tests.small_chain import NOW, TENANT, SmallChain


def built(folder: Path, **settings: object) -> FastAPI:
    return build_hub(HubSettings(data_dir=folder, **settings), clock=ManualClock(NOW))


async def ask(app: FastAPI, path: str, **headers: str) -> httpx.Response:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://hub") as http:
        return await http.get(path, headers=headers)


def test_the_first_start_mints_one_token_for_whoever_installed_it(tmp_path: Path) -> None:
    app = built(tmp_path)
    path = tmp_path / ADMIN_TOKEN_FILE
    text = path.read_text(encoding="ascii")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with app.state.hub.sessions() as session:
        row = token_row(session, text.strip())
        assert row is not None
        assert (row.tenant_id, row.role, row.may_write) == (ANY_TENANT, "it", True)
    app.state.hub.database.close()
    again = built(tmp_path)
    assert path.read_text(encoding="ascii") == text
    with again.state.hub.sessions() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(ApiToken)) == 1
    again.state.hub.database.close()


def test_a_start_ends_the_connections_that_a_crash_left_open(tmp_path: Path) -> None:
    chain = SmallChain.open(tmp_path, stores=1)
    chain.flush()
    chain.database.close()
    app = built(tmp_path)
    with app.state.hub.sessions() as session:
        open_ = session.scalar(
            sa.text("SELECT count(*) FROM device_connection WHERE ended_at IS NULL")
        )
    assert open_ == 0
    app.state.hub.database.close()


async def test_doors_are_open_and_what_is_refused_is_told_in_one_line(tmp_path: Path) -> None:
    app = built(tmp_path)
    SmallChain(app.state.hub.database).master_data(stores=1)
    token = (tmp_path / ADMIN_TOKEN_FILE).read_text(encoding="ascii").strip()
    login = {"Authorization": f"Bearer {token}"}
    assert (await ask(app, "/healthz")).status_code == 200
    assert (await ask(app, "/api/v1/stores")).status_code == 401
    stores = await ask(app, f"/api/v1/stores?tenant={TENANT}", **login)
    assert stores.status_code == 200, stores.text
    missing = await ask(app, f"/api/v1/views/stores/s99?tenant={TENANT}", **login)
    assert missing.status_code == 404
    assert "s99" in missing.json()["detail"]
    assert (await ask(app, "/api/openapi.json")).status_code == 200
    assert (await ask(app, "/docs")).status_code == 404
    app.state.hub.database.close()


async def test_without_a_console_there_are_no_pages(tmp_path: Path) -> None:
    app = built(tmp_path, console=False)
    assert (await ask(app, "/login")).status_code == 404
    assert (await ask(app, "/healthz")).status_code == 200
    app.state.hub.database.close()


def test_a_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(UnusableData):
        built(tmp_path / "file")
