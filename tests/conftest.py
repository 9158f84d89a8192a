"""What tests share: real servers on free ports, the shared data, a manual clock."""

import logging
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.stage.servers import (
    POSTGRES_BIN,
    Mosquitto,
    PostgresServer,
    as_postgres,
    mosquitto_path,
    open_ways_to,
    skip_without,
    unused_port,
)

settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


@pytest.fixture(autouse=True)
def own_log_handlers() -> Iterator[None]:
    """A command run inside a test sets up logging for its own captured output; it ends with it."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def free_port() -> Callable[[], int]:
    """A function that returns a port nobody listens on."""
    return unused_port


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real pictures, videos and receipts beside the checkout."""
    folder = Path(__file__).parents[1].parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no shared data at {folder}")
    return folder


@pytest.fixture
def mosquitto_factory(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[..., Mosquitto]]:
    """A function that starts one more mosquitto; `config` lines are added to its file."""
    made: list[Mosquitto] = []

    def make(config: str = "") -> Mosquitto:
        mosquitto_path()
        broker = Mosquitto(tmp_path_factory.mktemp("mosquitto"), unused_port(), config)
        made.append(broker)
        # It drops root for the user mosquitto, who must reach its files.
        broker.folder.chmod(0o755)
        open_ways_to(broker.folder)
        broker.start()
        return broker

    yield make
    for broker in made:
        broker.stop()


@pytest.fixture
def mosquitto(mosquitto_factory: Callable[..., Mosquitto]) -> Mosquitto:
    """A running mosquitto that lets everybody in."""
    return mosquitto_factory()


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A running PostgreSQL for the whole session; `create_database()` gives an empty one."""
    if not (POSTGRES_BIN / "initdb").exists():
        skip_without("PostgreSQL 15", "apt install postgresql")
    folder = tmp_path_factory.mktemp("postgresql")
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
        open_ways_to(folder)
    subprocess.run(
        as_postgres(
            [
                str(POSTGRES_BIN / "initdb"),
                "-D",
                str(folder / "data"),
                "-U",
                "postgres",
                "-A",
                "trust",
                "-N",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
            ]
        ),
        check=True,
        capture_output=True,
    )
    server = PostgresServer(folder, unused_port())
    server.start()
    yield server
    server.stop()
