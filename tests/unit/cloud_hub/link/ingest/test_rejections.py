"""Messages of no device here: counted by topic and reason, shown, and nothing stops for them."""

import json
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from aisle import build_app
from cloud_hub.core.storage.database import Database
from cloud_hub.link.ingest.ingest import Ingest
from cloud_hub.link.ingest.message import Message
from cloud_hub.link.ingest.message_reader import OTHER_RUN, RETAINED
from cloud_hub.link.ingest.rejections import ANYBODY, KEPT_AT_MOST, refusals
from tests.talking_device import COLA, NOON, TalkingDevice, line, receipt


def sale() -> TalkingDevice:
    till = TalkingDevice()
    till.say(receipt(1, line(1, COLA, "1", "3.50", "3.50")))
    return till


def message(topic: str, payload: bytes = b"x") -> Message:
    return Message(topic=topic, payload=payload, received_at=NOON)


def found(database: Database) -> dict[tuple[str, str], tuple[str, int]]:
    with database.sessions() as session:
        return {(one.tenant, one.topic): (one.reason, one.messages) for one in refusals(session)}


def test_each_kind_of_stray_message_is_found_and_a_sale_beside_it_is_taken(
    ingest: Ingest, database: Database
) -> None:
    till = sale()
    (batch,) = till.batches()
    stranger = sale()
    stranger.run = "another"
    taken = ingest.take(
        [
            till.hello(),
            message("aisle/1/up/linguang/s01/x/y/z"),
            message("aisle/1/up/linguang/s01/no-such-device/0"),
            message("aisle/1/up/linguang/s01/no-such-device/0"),
            message("aisle/1/up/linguang/s01/s01-door/hello"),
            replace(batch, is_retained=True),
            *stranger.batches(),
            batch,
        ]
    )
    assert (taken.tally.refused, taken.tally.events, taken.tally.resent) == (6, 1, 0)
    told = found(database)
    assert "topic" in told[ANYBODY, "aisle/1/up/linguang/s01/x/y/z"][0]
    unknown = told["linguang", "aisle/1/up/linguang/s01/no-such-device/0"]
    assert unknown == ("no such device in that store", 2)
    assert ("linguang", "aisle/1/up/linguang/s01/s01-door/hello") in told
    with database.sessions() as session:
        reasons = {one.reason for one in refusals(session, ["linguang"])}
    assert {RETAINED, OTHER_RUN} <= reasons


def test_a_device_under_another_name_is_counted_too(ingest: Ingest, database: Database) -> None:
    (batch,) = sale().batches()
    ingest.take([replace(batch, topic="aisle/1/up/linguang/s01/s01-door/0")])
    ((reason, messages),) = found(database).values()
    assert ("it says that it is from s01-till" in reason, messages) == (True, 1)


def test_a_flood_of_topics_does_not_fill_the_disk(ingest: Ingest, database: Database) -> None:
    flood = [message(f"aisle/1/up/linguang/s01/d{n}/0") for n in range(KEPT_AT_MOST + 30)]
    ingest.take(flood)
    with database.sessions() as session:
        assert len(refusals(session, limit=1000)) == KEPT_AT_MOST


@pytest.mark.parametrize("topic", ["", "\x00", "aisle/1/up/中/s/d/0", "x" * 60_000])
def test_no_topic_is_too_strange_to_count(ingest: Ingest, database: Database, topic: str) -> None:
    ingest.take([message(topic)])
    assert [count for _, count in found(database).values()] == [1]


def test_the_audit_lists_them(ingest: Ingest, database: Database) -> None:
    ingest.take([message("aisle/1/up/linguang/s01/no-such-device/0")])
    url = database.engine.url.render_as_string(hide_password=False)
    command = CliRunner().invoke(build_app("audit"), ["audit", "--database", url])
    assert "refused: 1 message on aisle/1/up/linguang/s01/no-such-device/0" in command.output
    told = CliRunner().invoke(build_app("audit"), ["audit", "--database", url, "--json"])
    assert [one["messages"] for one in json.loads(told.output)["refused"]] == [1]
