"""Where one record is, in words for people and as JSON for programs."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from cloud_hub.core.catalogues import ENGLISH
from cloud_hub.core.text import NO_WORDS, Filling, Said, Text
from cloud_hub.reconciliation.declared_losses import DeclaredLoss, loss_reason
from cloud_hub.reconciliation.event_trace import EventArrival, Fate, RecordPlace
from device_profiles.names import Names

Say = Callable[[datetime], Said]
"""How a moment is told: a clock time to people on a page, ISO to programs."""

_TOGETHER = Text("; it came with {first} to {last}")
_WAS_RECEIVED = Text("{record} ({kind}), recorded {recorded}, was received {received}{together}.")
_BECAME = {
    Fate.APPLIED: Text("It was applied: {facts}."),
    Fate.REPEATED: Text("It says what another record had said already, and changed nothing."),
    Fate.KEPT_RAW: Text(
        "Its kind is newer than this hub: it is kept raw, and read after an upgrade."
    ),
    Fate.DEAD_LETTER: Text("It could not be applied and is a dead letter."),
}
_WAS_LOST = Text(
    "{record} is lost: {reason}. {first} to {last} were declared lost {declared}{between}."
)
_BETWEEN = Text("; they were recorded between {after} and {before}")
_UNKNOWN_TIME = Text("an unknown time")
_WAITS = Text("{record} waits on the device, as it said {said}.")
_ASIDE = Text(
    "{record} waits in an outbox that the device has put aside and speaks of no more; it last"
    " did {said}."
)
_ASTRAY = Text(
    "{record} is neither here, nor declared lost, nor held by its device: the books do not add up."
)
_NEVER = Text("{record} was never produced: the device's last number in this lane is {produced}.")
_LETTER = Text("Dead letter {letter}: {error}.")


def record_sentences(found: RecordPlace, say: Say) -> list[Text]:
    """Where a record is, in words."""
    words: dict[str, Filling] = {"record": str(found.name), "produced": found.produced}
    if found.arrival is not None:
        told = _received(found.place, found.arrival, words, say)
    elif found.loss is not None:
        told = [_WAS_LOST.filled(**words, **_loss_words(found.loss, say))]
    elif found.place is Fate.WAITING and found.said_at is not None:
        waits = _WAITS if found.is_named else _ASIDE
        told = [waits.filled(**words, said=say(found.said_at))]
    else:
        is_astray = found.place is Fate.ASTRAY
        told = [(_ASTRAY if is_astray else _NEVER).filled(**words)]
    return told + [_LETTER.filled(letter=name, error=error) for name, error in found.letters]


def _received(
    place: Fate, arrival: EventArrival, words: dict[str, Filling], say: Say
) -> list[Text]:
    is_one = arrival.first == arrival.last
    together = _TOGETHER.filled(first=arrival.first, last=arrival.last)
    came = _WAS_RECEIVED.filled(
        **words,
        kind=arrival.kind or "?",
        recorded=say(arrival.recorded_at),
        received=say(arrival.received_at),
        together=NO_WORDS if is_one else together,
    )
    return [came, _BECAME[place].filled(facts=", ".join(arrival.facts) or arrival.kind)]


def _loss_words(loss: DeclaredLoss, say: Say) -> dict[str, Filling]:
    after = say(loss.after_at) if loss.after_at else _UNKNOWN_TIME
    before = say(loss.before_at) if loss.before_at else _UNKNOWN_TIME
    is_known = loss.after_at is not None or loss.before_at is not None
    return {
        "reason": loss_reason(loss.reason),
        "first": loss.first,
        "last": loss.last,
        "declared": say(loss.declared_at),
        "between": _BETWEEN.filled(after=after, before=before) if is_known else NO_WORDS,
    }


def iso(moment: datetime) -> Names:
    """A moment as programs and command lines tell it."""
    return Names.same(moment.isoformat(timespec="seconds"))


def record_json(found: RecordPlace) -> dict[str, Any]:
    """The shape that `aisle audit --record --json` prints and the API serves."""
    arrival = found.arrival
    return {
        "record": str(found.name),
        "lane": found.name.lane.name.lower(),
        "place": found.place.value,
        "sentences": [text.text(ENGLISH) for text in record_sentences(found, iso)],
        "received": arrival
        and {
            "kind": arrival.kind,
            "recorded_at": arrival.recorded_at.isoformat(),
            "received_at": arrival.received_at.isoformat(),
            "first": arrival.first,
            "last": arrival.last,
            "facts": list(arrival.facts),
        },
        "loss": found.loss and found.loss.as_json(),
        "dead_letters": [
            {"letter_id": letter_id, "error": error} for letter_id, error in found.letters
        ],
        "produced": found.produced,
        "said_at": found.said_at and found.said_at.isoformat(),
    }
