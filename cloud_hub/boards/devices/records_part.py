"""Where a device's records are that are not simply here: waiting, odd, lost, or asked for."""

from cloud_hub.boards.devices.device_view import DeviceView
from cloud_hub.boards.devices.records import LossRow, OddRow, WaitingRow
from cloud_hub.web.markup import Markup, el
from cloud_hub.web.parts.age import age
from cloud_hub.web.parts.panel import table
from cloud_hub.web.reader import Reader


def elsewhere(view: DeviceView, reader: Reader) -> Markup:
    """What waits and where, what is kept raw, what conflicts, what is nowhere."""
    words = reader.words
    rows = [_odd(row, reader) for row in view.odd]
    rows += [_waiting(row, reader) for row in view.waiting]
    heads = (words("Records"), words("Lane and numbers"), words("Where they are"), words("Said"))
    return table(
        heads, rows, kind="told", nothing=words("Every record that was not lost is in the hub.")
    )


def _waiting(row: WaitingRow, reader: Reader) -> Markup:
    words = reader.words
    where = (
        words("still on the device")
        if row.is_named
        else words("in an outbox that the device has put aside and speaks of no more")
    )
    return el(
        "tr",
        el("td", words.number(row.events), class_="amount"),
        el("td", words.of(row.lane_name), " ", row.ranges, _epoch(row.epoch, reader)),
        el("td", where, class_=None if row.is_named else "alarm-text"),
        el("td", age(row.said_at, reader) if row.said_at else None, class_="quiet"),
        data_key=f"waiting-{row.epoch}-{row.lane_name.text('en')}",
        data_where="device" if row.is_named else "aside",
    )


def _odd(row: OddRow, reader: Reader) -> Markup:
    words = reader.words
    said, is_bad = {
        "unaccounted": (words("nowhere: not here, not declared lost, not held"), True),
        "missing": (words("received, and yet not in the database"), True),
        "conflict": (words("under numbers that were taken: two devices use one identity"), True),
        "kept-raw": (words("kept raw: newer than this hub reads"), False),
    }[row.kind]
    return el(
        "tr",
        el("td", words.number(row.events), class_="amount"),
        el("td", words.of(row.lane_name), " ", row.ranges, _epoch(row.epoch, reader)),
        el("td", said, class_="alarm-text" if is_bad else None),
        el("td"),
        data_key=f"{row.kind}-{row.epoch}-{row.lane_name.text('en')}",
        data_where=row.kind,
    )


def _epoch(epoch: int, reader: Reader) -> Markup:
    return el("small", reader.words("outbox {number}", number=epoch))


def losses(rows: tuple[LossRow, ...], reader: Reader) -> Markup:
    """Every declared loss: how many, which, from what time, why, when it was declared."""
    words = reader.words
    drawn = [
        el(
            "tr",
            el("td", words.number(row.events), class_="amount"),
            el(
                "td",
                words.of(row.lane_name),
                f" {_range(row, reader)}",
                _epoch(row.epoch, reader),
            ),
            el("td", words.of(row.reason_text), _between(row, reader)),
            el("td", words.moment(row.declared_at, reader.now), class_="quiet"),
            data_key=f"{row.epoch}-{row.lane}-{row.first}",
            data_loss=row.reason,
        )
        for row in rows
    ]
    heads = (words("Records"), words("Lane and numbers"), words("Reason"), words("Declared"))
    return table(heads, drawn, kind="told", nothing=words("Nothing was ever lost."))


def _range(row: LossRow, reader: Reader) -> str:
    first, last = reader.words.number(row.first), reader.words.number(row.last)
    return first if first == last else f"{first}–{last}"


def _between(row: LossRow, reader: Reader) -> Markup | None:
    words = reader.words
    after = words.moment(row.after_at, reader.now) if row.after_at else None
    before = words.moment(row.before_at, reader.now) if row.before_at else None
    if after and before:
        said = words("recorded between {after} and {before}", after=after, before=before)
    elif after:
        said = words("recorded after {after}", after=after)
    elif before:
        said = words("recorded before {before}", before=before)
    else:
        return None
    return el("small", said, class_="letter-id")


def find_record(view: DeviceView, reader: Reader) -> Markup:
    """A field to ask for one record, and the answer."""
    words = reader.words
    asked = view.record
    answer: list[Markup] = []
    if asked is not None and asked.problem:
        said = words(
            "{asked} names no record; write outbox/lane/number, for example 1/sale/17",
            asked=asked.asked,
        )
        answer = [el("p", said, class_="alarm-text")]
    elif asked is not None:
        answer = [el("p", words.of(sentence)) for sentence in asked.sentences]
    return el(
        "form",
        el("label", words("Where is record"), for_="record"),
        el(
            "input",
            id="record",
            name="record",
            placeholder="1/sale/17",
            value=asked.asked if asked else None,
            autocomplete="off",
            spellcheck="false",
        ),
        el("button", words("Find"), class_="button"),
        el("div", answer, class_="found", data_found=True) if answer else None,
        method="get",
        class_="find",
    )
