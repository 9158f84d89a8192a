"""Where a record is, in words."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from cloud_hub.reconciliation.declared_losses import DeclaredLoss
from cloud_hub.reconciliation.event_trace import EventArrival, Fate, RecordName, RecordPlace
from cloud_hub.reconciliation.event_trace_text import iso, record_json, record_sentences
from sync.outbox.quota import QUOTA

AT = datetime(2026, 3, 4, 6, 32, tzinfo=UTC)
NAME = RecordName.read("s01-till/1/sale/17")
ARRIVAL = EventArrival(
    kind="receipt",
    recorded_at=AT,
    received_at=AT,
    first=15,
    last=18,
    facts=("receipt s01/till-1/2026-03-04/1", "2 stock moves"),
)
LOSS = DeclaredLoss(
    tenant="linguang",
    device="s01-till",
    epoch=1,
    lane_number=0,
    first=10,
    last=20,
    events=11,
    bytes=99,
    reason=QUOTA,
    declared_at=AT,
    last_declared_at=AT,
)


def said(found: RecordPlace) -> list[str]:
    sentences = record_sentences(found, iso)
    assert all(text.text("zh") for text in sentences)
    return [text.text("en") for text in sentences]


@pytest.mark.parametrize(
    ("place", "became"),
    [
        (Fate.APPLIED, "It was applied: receipt s01/till-1/2026-03-04/1, 2 stock moves."),
        (
            Fate.REPEATED,
            "It says what another record had said already, and changed nothing.",
        ),
        (
            Fate.KEPT_RAW,
            "Its kind is newer than this hub: it is kept raw, and read after an upgrade.",
        ),
        (Fate.DEAD_LETTER, "It could not be applied and is a dead letter."),
    ],
)
def test_what_came_tells_when_with_whom_and_what_became_of_it(place: Fate, became: str) -> None:
    found = RecordPlace(name=NAME, place=place, arrival=ARRIVAL)
    assert said(found) == [
        "s01-till/1/0/17 (receipt), recorded 2026-03-04T06:32:00+00:00, was received"
        " 2026-03-04T06:32:00+00:00; it came with 15 to 18.",
        became,
    ]


def test_what_came_alone_and_made_nothing_is_told_by_its_kind() -> None:
    alone = replace(ARRIVAL, first=17, last=17, facts=())
    first, second = said(RecordPlace(name=NAME, place=Fate.APPLIED, arrival=alone))
    assert "it came with" not in first
    assert second == "It was applied: receipt."


def test_a_loss_tells_its_reason_and_between_which_times_it_lies() -> None:
    (unknown,) = said(RecordPlace(name=NAME, place=Fate.LOST, loss=LOSS))
    assert unknown == (
        "s01-till/1/0/17 is lost: its disk was full. 10 to 20 were declared lost"
        " 2026-03-04T06:32:00+00:00."
    )
    (known,) = said(RecordPlace(name=NAME, place=Fate.LOST, loss=replace(LOSS, after_at=AT)))
    assert known.endswith(
        "they were recorded between 2026-03-04T06:32:00+00:00 and an unknown time."
    )


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (RecordPlace(name=NAME, place=Fate.WAITING, said_at=AT), "waits on the device"),
        (
            RecordPlace(name=NAME, place=Fate.WAITING, said_at=AT, is_named=False),
            "waits in an outbox that the device has put aside",
        ),
        (RecordPlace(name=NAME, place=Fate.ASTRAY, said_at=AT), "the books do not add up"),
        (
            RecordPlace(name=NAME, place=Fate.NEVER_PRODUCED, produced=12),
            "was never produced: the device's last number in this lane is 12",
        ),
    ],
)
def test_what_is_not_here_tells_where_it_is(found: RecordPlace, words: str) -> None:
    (sentence,) = said(found)
    assert words in sentence


def test_letters_under_the_number_are_told_last() -> None:
    found = RecordPlace(
        name=NAME, place=Fate.DEAD_LETTER, arrival=ARRIVAL, letters=(("s01-till/1/0/17", "odd"),)
    )
    assert said(found)[-1] == "Dead letter s01-till/1/0/17: odd."


def test_programs_are_told_the_same_in_data() -> None:
    found = RecordPlace(name=NAME, place=Fate.APPLIED, arrival=ARRIVAL, said_at=AT, produced=20)
    told = record_json(found)
    assert (told["record"], told["lane"], told["place"]) == ("s01-till/1/0/17", "sale", "applied")
    assert told["sentences"] == said(found)
    assert told["received"]["facts"] == list(ARRIVAL.facts)
    assert (told["loss"], told["dead_letters"], told["produced"]) == (None, [], 20)
    lost = record_json(RecordPlace(name=NAME, place=Fate.LOST, loss=LOSS))
    assert (lost["received"], lost["loss"]["events"], lost["said_at"]) == (None, 11, None)
