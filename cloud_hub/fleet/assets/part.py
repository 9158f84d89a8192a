"""An asset's record on a page: what it is, who saw to it, where it stood."""

from dataclasses import asdict

from cloud_hub.access.permissions import Permission
from cloud_hub.fleet.assets.actions import VISIT, WRITE
from cloud_hub.fleet.assets.record import AssetRecord, CareVisit, StoodRow
from cloud_hub.web.forms.form import Filling, form
from cloud_hub.web.markup import Markup, el
from cloud_hub.web.parts.panel import panel, table
from cloud_hub.web.reader import Reader


def asset_panels(device_id: str, record: AssetRecord | None, reader: Reader) -> list[Markup]:
    """The record of the asset at a device; forms for those who may write it."""
    words, about = reader.words, {"device_id": device_id}
    may = reader.viewer.may(Permission.ENROL_DEVICES)
    values = asdict(record.sheet) if record is not None else {}
    panels = [
        panel(
            words("The machine"),
            form(WRITE, Filling(values=values, about=about), reader, words("Save"))
            if may
            else None,
            None
            if record is None
            else table(
                (words("Device"), words("Store"), words("Fixture"), words("Since"), words("Until")),
                [_stood(row, reader) for row in record.places],
                kind="told",
            ),
            note=words("It is nowhere written down which one it is.")
            if record is None
            else f"{record.sheet.serial} · {record.sheet.model}".rstrip(" ·"),
        )
    ]
    if record is not None:
        panels.append(_visits(record, about, reader, may=may))
    return panels


def _visits(record: AssetRecord, about: dict[str, str], reader: Reader, *, may: bool) -> Markup:
    words = reader.words
    heads = (
        words("Visited on"),
        words("Who"),
        words("What was wrong"),
        words("Why"),
        words("Parts put in"),
        words("Note"),
    )
    today = reader.now.date()
    note = Filling(values={"visited_on": today}, about=about)
    return panel(
        words("Visits"),
        table(
            heads,
            [_visit(visit, reader) for visit in record.visits],
            kind="told",
            nothing=words("Nobody had to see to it yet."),
        ),
        form(VISIT, note, reader, words("Note the visit")) if may else None,
    )


def _visit(visit: CareVisit, reader: Reader) -> Markup:
    said = (visit.visitor, visit.symptom, visit.cause, visit.parts)
    return el(
        "tr",
        el("th", reader.words.day(visit.visited_on), scope="row"),
        [el("td", each) for each in said],
        el(
            "td",
            visit.note,
            el("small", " ", el("code", visit.photo_sha256[:12])) if visit.photo_sha256 else None,
        ),
    )


def _stood(row: StoodRow, reader: Reader) -> Markup:
    words = reader.words
    return el(
        "tr",
        el("th", el("code", row.device_id), scope="row"),
        el("td", row.store_id),
        el("td", row.fixture_id or ""),
        el("td", words.moment(row.since, reader.now)),
        el("td", words.moment(row.until, reader.now) if row.until else words("now")),
    )
