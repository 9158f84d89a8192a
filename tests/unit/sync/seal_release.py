"""Seal a release's events for the golden corpus: `python -m tests.unit.sync.seal_release FOLDER`.

FOLDER holds one KIND.json an event; this writes the batches and the hello of an agent that says
them. Only before the release: what stands in a released folder is never changed.
"""

import json
import sys
import tempfile
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from random import Random

from sync.core.clock import ManualClock
from sync.events import EVENT_TYPES, ClockState
from sync.outbox.outbox import Outbox
from sync.wire.batch import BatchOrigin, encode_batch
from sync.wire.messages import Hello

DEVICE = "s01-till"
AT = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


def seal(folder: Path) -> None:
    """Writes `lane-N.batch` and `hello.json` beside the events of `folder`."""
    said = [json.loads(path.read_bytes()) for path in sorted(folder.glob("*.json"))]
    bodies = [EVENT_TYPES[one["kind"]].model_validate(one["body"]) for one in said if "kind" in one]
    bodies.sort(key=lambda body: body.lane)
    clock = ManualClock(AT, boot_id="boot-1")
    with tempfile.TemporaryDirectory() as place:
        outbox = Outbox.open(
            Path(place) / "agent.db", clock=clock, quota_bytes=2**24, rng=Random(1)
        )
        outbox.append(*bodies)
        epoch, run, before = outbox.identity()
        hello = Hello(
            device=DEVICE,
            epoch=epoch,
            nonce=f"{187:016x}",
            run=run,
            runs_before=before,
            lanes=tuple(outbox.lane_states()),
            agent_version=folder.name,
            boot_id="boot-1",
            monotonic_ms=4000,
            wall_at=AT,
            clock=ClockState.TRUSTED,
        )
        (folder / "hello.json").write_bytes(hello.to_bytes())
        for lane, alike in groupby(bodies, key=lambda body: body.lane):
            outgoing = outbox.read((epoch, lane), 1, len(list(alike)))
            message, _ = encode_batch(
                outgoing.records,
                BatchOrigin(
                    device=DEVICE,
                    run=run,
                    epoch=epoch,
                    lane=lane,
                    base=outgoing.base,
                    next_seq=outgoing.next_seq,
                ),
            )
            (folder / f"lane-{int(lane)}.batch").write_bytes(message)
        outbox.close()


if __name__ == "__main__":
    seal(Path(sys.argv[1]))
