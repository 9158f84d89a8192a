"""Where one record is, in words for people and as JSON for programs."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from cloud_hub.core.text import Text
from cloud_hub.reconciliation.declared_losses import DeclaredLoss, loss_reason
from cloud_hub.reconciliation.event_trace import Arrival, Place, RecordPlace

NOTHING = Text(en="", zh="")

Say = Callable[[datetime], Text]
"""How a moment is told: a clock time to people on a page, ISO to programs."""

_TOGETHER = Text(en="; it came with {first} to {last}", zh="；与 {first} 至 {last} 一同到达")
_WAS_RECEIVED = Text(
    en="{record} ({kind}), recorded {recorded}, was received {received}{together}.",
    zh="{record}（{kind}）记录于 {recorded}，{received} 收到{together}。",
)
_BECAME = {
    Place.APPLIED: Text(en="It was applied: {facts}.", zh="已入账：{facts}。"),
    Place.REPEATED: Text(
        en="It says what another record had said already, and changed nothing.",
        zh="内容与另一条记录相同，未作更改。",
    ),
    Place.KEPT_RAW: Text(
        en="Its kind is newer than this hub: it is kept raw, and read after an upgrade.",
        zh="其类型比本中枢新：已原样保存，升级后读取。",
    ),
    Place.DEAD_LETTER: Text(
        en="It could not be applied and is a dead letter.", zh="无法入账，已成死信。"
    ),
}
_WAS_LOST = Text(
    en="{record} is lost: {reason}. {first} to {last} were declared lost {declared}{between}.",
    zh="{record} 已丢失：{reason}。设备于 {declared} 申报 {first} 至 {last} 丢失{between}。",
)
_BETWEEN = Text(
    en="; they were recorded between {after} and {before}",
    zh="；记录时间在 {after} 与 {before} 之间",
)
_UNKNOWN_TIME = Text(en="an unknown time", zh="未知时间")
_WAITS = Text(
    en="{record} waits on the device, as it said {said}.",
    zh="{record} 仍在设备上等待，设备于 {said} 如此报告。",
)
_ASIDE = Text(
    en="{record} waits in an outbox that the device has put aside and speaks of no more; it last"
    " did {said}.",
    zh="{record} 在设备已搁置、不再提及的发件箱中等待；最后提及于 {said}。",
)
_ASTRAY = Text(
    en="{record} is neither here, nor declared lost, nor held by its device: the books do not"
    " add up.",
    zh="{record} 既未收到，也未申报丢失，设备也不再持有：账不平。",
)
_NEVER = Text(
    en="{record} was never produced: the device's last number in this lane is {produced}.",
    zh="{record} 从未产生：设备在该通道的最后编号为 {produced}。",
)
_LETTER = Text(en="Dead letter {letter}: {error}.", zh="死信 {letter}：{error}。")


def record_sentences(found: RecordPlace, say: Say) -> list[Text]:
    """Where a record is, in words."""
    words: dict[str, str | int | Text] = {"record": str(found.name), "produced": found.produced}
    if found.arrival is not None:
        told = _received(found.place, found.arrival, words, say)
    elif found.loss is not None:
        told = [_WAS_LOST.filled(**words, **_loss_words(found.loss, say))]
    elif found.place is Place.WAITING and found.said_at is not None:
        waits = _WAITS if found.is_named else _ASIDE
        told = [waits.filled(**words, said=say(found.said_at))]
    else:
        is_astray = found.place is Place.ASTRAY
        told = [(_ASTRAY if is_astray else _NEVER).filled(**words)]
    return told + [_LETTER.filled(letter=name, error=error) for name, error in found.letters]


def _received(
    place: Place, arrival: Arrival, words: dict[str, str | int | Text], say: Say
) -> list[Text]:
    is_one = arrival.first == arrival.last
    together = _TOGETHER.filled(first=arrival.first, last=arrival.last)
    came = _WAS_RECEIVED.filled(
        **words,
        kind=arrival.kind or "?",
        recorded=say(arrival.recorded_at),
        received=say(arrival.received_at),
        together=NOTHING if is_one else together,
    )
    return [came, _BECAME[place].filled(facts=", ".join(arrival.facts) or arrival.kind)]


def _loss_words(loss: DeclaredLoss, say: Say) -> dict[str, str | int | Text]:
    after = say(loss.after_at) if loss.after_at else _UNKNOWN_TIME
    before = say(loss.before_at) if loss.before_at else _UNKNOWN_TIME
    is_known = loss.after_at is not None or loss.before_at is not None
    return {
        "reason": loss_reason(loss.reason),
        "first": loss.first,
        "last": loss.last,
        "declared": say(loss.declared_at),
        "between": _BETWEEN.filled(after=after, before=before) if is_known else NOTHING,
    }


def iso(moment: datetime) -> Text:
    """A moment as programs and command lines tell it."""
    told = moment.isoformat(timespec="seconds")
    return Text(en=told, zh=told)


def record_json(found: RecordPlace) -> dict[str, Any]:
    """The shape that `aisle audit --record --json` prints and the API serves."""
    arrival = found.arrival
    return {
        "record": str(found.name),
        "lane": found.name.lane.name.lower(),
        "place": found.place.value,
        "sentences": [text.en for text in record_sentences(found, iso)],
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
