"""`aisle audit`, as people read it."""

import json

from typer.testing import CliRunner, Result

from aisle import build_app
from cloud_hub.core.storage.database import Database
from sync.outbox.quota import QUOTA
from tests.talking_device import TalkingDevice


def aisle(*words: object) -> Result:
    return CliRunner().invoke(build_app("audit"), [str(word) for word in words])


def test_the_command_tells_all_of_it(door: TalkingDevice, database: Database) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    place = ("--database", url)
    told = aisle("audit", *place).output
    assert "lost: 10 events of s01-door metric: its disk was full" in told
    assert "waiting: 5 events of s01-door metric, on the device" in told
    one = aisle("audit", "--device", "s01-door", *place)
    assert one.exit_code == 0
    assert (
        "lost: epoch 1 metric 11–20: 10 events, its disk was full; recorded between" in one.output
    )
    assert "waiting: epoch 1 metric 26–30: 5 events on the device" in one.output
    asked = aisle("audit", "--record", "s01-door/1/metric/11", *place)
    assert (asked.exit_code, "is lost" in asked.output) == (0, True)
    listed = json.loads(aisle("audit", "--json", *place).output)
    assert [loss["reason"] for loss in listed["losses"]] == [QUOTA]
    unknown = aisle("audit", "--device", "s09-door", *place)
    assert (unknown.exit_code, unknown.stderr) == (
        1,
        "aisle: no device s09-door in this hub; see: aisle audit\n",
    )
    assert aisle("audit", "--record", "s01-door", *place).exit_code == 1
