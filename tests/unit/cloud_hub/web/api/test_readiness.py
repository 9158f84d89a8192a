"""Ready means: a write worked and a broker answered."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from cloud_hub.app import build_hub
from cloud_hub.core.settings import HubSettings
from cloud_hub.link.tables import ReadinessProbe
from cloud_hub.web.api import readiness
from cloud_hub.web.api.readiness import Readiness
from sync.core.clock import ManualClock
from tests.running_hub import RunningHub, running_hub
from tests.small_chain import NOW
from tests.stage.servers import Mosquitto, PostgresServer, skip_without


@pytest.fixture(autouse=True)
def looks_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each question is a look of its own."""
    monkeypatch.setattr(readiness, "KEPT_S", 0.0)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)])
    if made.returncode:
        skip_without("the right to mount a tmpfs", "run the tests as root")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@asynccontextmanager
async def hub_in(folder: Path, port: int, **more: str) -> AsyncIterator[RunningHub]:
    async with running_hub(folder, port=port, **more) as running:
        yield running


async def said(hub: RunningHub) -> tuple[int, str]:
    answer = await hub.http.get("/readyz", headers={"Authorization": ""})
    (told,) = answer.json().values()
    return answer.status_code, told


async def test_a_hub_that_can_write_and_hear_is_ready(
    tmp_path: Path, free_port: Callable[[], int]
) -> None:
    async with hub_in(tmp_path, free_port()) as hub:
        assert await said(hub) == (200, "ready")
        with hub.hub.sessions() as session:
            assert session.scalar(sa.select(ReadinessProbe.probe)) == "hub"
    assert not (tmp_path / readiness.PROBE_FILE).exists()


async def test_on_a_full_disk_the_hub_is_not_ready_until_there_is_room(
    small_disk: Path, free_port: Callable[[], int]
) -> None:
    async with hub_in(small_disk, free_port()) as hub:
        assert await said(hub) == (200, "ready")
        fill = small_disk / "fill"
        with fill.open("wb", buffering=0) as file:
            try:
                while file.write(bytes(4096)):
                    pass
            except OSError:
                pass
        status, told = await said(hub)
        assert status == 503
        assert told == "the hub's folder cannot be written: No space left on device"
        assert (await hub.http.get("/healthz")).status_code == 200
        fill.unlink()
        assert await said(hub) == (200, "ready")


async def test_a_database_that_another_holds_read_only_is_not_ready(
    tmp_path: Path, free_port: Callable[[], int]
) -> None:
    async with hub_in(tmp_path, free_port()) as hub:

        @sa.event.listens_for(hub.hub.database.engine, "begin")
        def _only_read(connection: sa.Connection) -> None:
            connection.exec_driver_sql("PRAGMA query_only=ON")

        assert await said(hub) == (503, "the database cannot be written")


async def test_a_broker_that_stands_still_is_not_ready(
    tmp_path: Path, free_port: Callable[[], int], mosquitto: Mosquitto
) -> None:
    broker = f"mqtt://127.0.0.1:{mosquitto.port}"
    async with hub_in(tmp_path, free_port(), broker=broker) as hub:
        assert await said(hub) == (200, "ready")
        mosquitto.pause()
        assert await said(hub) == (503, "broker away")
        mosquitto.resume()
        assert await said(hub) == (200, "ready")
        mosquitto.kill()
        assert await said(hub) == (503, "broker away")


@pytest.mark.needs_postgresql
async def test_a_server_that_takes_no_writes_is_not_ready(
    tmp_path: Path, free_port: Callable[[], int], postgresql: PostgresServer
) -> None:
    url = postgresql.create_database()
    name = url.rpartition("/")[2]
    admin = sa.create_engine(postgresql.url(), isolation_level="AUTOCOMMIT")
    async with hub_in(tmp_path, free_port(), database=url) as hub:
        assert await said(hub) == (200, "ready")
        with admin.connect() as connection:
            connection.execute(
                sa.text(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
            )
        hub.hub.database.engine.dispose()
        assert await said(hub) == (503, "the database cannot be written")
        with admin.connect() as connection:
            connection.execute(sa.text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
        hub.hub.database.engine.dispose()
        assert await said(hub) == (503, "the database cannot be written")
        with admin.connect() as connection:
            connection.execute(sa.text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true"))
            connection.execute(sa.text(f"ALTER DATABASE {name} RESET ALL"))
        hub.hub.database.engine.dispose()
        assert await said(hub) == (200, "ready")
    admin.dispose()


async def test_asking_without_end_is_one_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness, "KEPT_S", 5.0)
    clock = ManualClock(NOW)
    app = build_hub(HubSettings(data_dir=tmp_path, console=False), clock=clock)
    hub = app.state.hub
    looks: list[int] = []
    sa.event.listen(hub.database.engine, "commit", lambda _: looks.append(1))
    ready = Readiness(hub)
    said_first = await asyncio.gather(*(ready.problem() for _ in range(50)))
    assert set(said_first) == {"broker away"}
    for _ in range(50):
        await ready.problem()
    assert len(looks) == 1
    clock.advance(6)
    await ready.problem()
    assert len(looks) == 2
    hub.database.close()
