"""Every event that a released agent can say is understood for ever."""

import json
from pathlib import Path

import pytest

from sync.events import EVENT_TYPES
from sync.wire.batch import decode_batch
from sync.wire.messages import Hello

CORPUS = Path(__file__).parent / "corpus"
RELEASES = sorted(path for path in CORPUS.iterdir() if path.is_dir())
EVENTS = sorted(path for path in CORPUS.glob("*/*.json") if path.name != "hello.json")


@pytest.mark.parametrize("path", EVENTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_released_event_is_still_read_and_says_the_same(path):
    said = json.loads(path.read_text(encoding="utf-8"))
    model = EVENT_TYPES[said["kind"]]
    assert said["schema_version"] <= model.schema_version
    assert said["lane"] == model.lane
    body = model.model_validate(said["body"])
    again = json.loads(body.model_dump_json(by_alias=True, exclude_none=True))
    assert said["body"].items() <= again.items()


@pytest.mark.parametrize("release", RELEASES, ids=lambda path: path.name)
def test_batches_and_hellos_of_a_release_are_still_decoded(release):
    hello = Hello.from_bytes((release / "hello.json").read_bytes())
    claimed = {int(lane.lane): lane.next - 1 for lane in hello.lanes}
    for path in sorted(release.glob("lane-*.batch")):
        batch = decode_batch(path.read_bytes())
        assert len(batch.records) == claimed[int(batch.header.lane)]
        for record in batch.records:
            assert record.problem is None
            EVENT_TYPES[record.kind].model_validate(record.body)


def test_every_kind_of_today_stands_in_a_release():
    assert {path.stem for path in CORPUS.glob("*/*.json")} == {*EVENT_TYPES, "hello"}
