"""The three set-ups, and the device's outbox that most cases begin with."""

import subprocess

import pytest

from cloud_hub.core.storage.database import open_database
from tests.chaos.scene import open_outbox
from tests.chaos.setups import Setup, Way, ways
from tests.stage.servers import skip_without

BROKERS = {Way.EMBEDDED: 0, Way.MOSQUITTO: 1, Way.MANY: 3}


@pytest.fixture(scope="session")
def tables(postgresql):
    """A database with all tables and nothing in them, to be copied."""
    url = postgresql.create_database()
    open_database(url).close()
    return url


@pytest.fixture(params=ways(*Way))
def setup(request, tmp_path):
    """A way to run the hub. A case that means nothing on one of them names those it is for:
    `@on(Way.MANY)`."""
    made = Setup(way=request.param, folder=tmp_path)
    if BROKERS[made.way]:
        start_broker = request.getfixturevalue("mosquitto_factory")
        made.brokers += [start_broker() for _ in range(BROKERS[made.way])]
    if made.way is Way.MANY:
        made.postgresql = request.getfixturevalue("postgresql")
        made.template = request.getfixturevalue("tables")
    return made


@pytest.fixture
def outbox(tmp_path):
    made = open_outbox(tmp_path)
    yield made
    made.close()


@pytest.fixture
def small_disk(tmp_path):
    """A real file system of 6 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)])
    if mounted.returncode != 0:
        skip_without("the right to mount a tmpfs", "run the tests as root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)
