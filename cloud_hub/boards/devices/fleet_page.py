"""The fleet: every device with its link, its books, its alarms."""

from cloud_hub.access.viewer import Page
from cloud_hub.boards.devices.fleet_view import FleetRow, FleetView
from cloud_hub.boards.problems.part import findings
from cloud_hub.fleet.status_part import freshness_chip
from cloud_hub.link.ingest.rejections import Rejection
from cloud_hub.reconciliation.equation_part import ledger_equation, where_bar
from cloud_hub.web.markup import Markup, el
from cloud_hub.web.parts.age import age
from cloud_hub.web.parts.figure_tile import figure_tiles
from cloud_hub.web.parts.icon import icon
from cloud_hub.web.parts.panel import panel, table
from cloud_hub.web.reader import Reader


def fleet_page(view: FleetView, reader: Reader) -> Markup:
    """All devices this login may see."""
    words = reader.words
    heads = (
        words("Device"),
        words("Store"),
        words("Newest data"),
        words("Produced"),
        words("Received"),
        words("Lost"),
        words("Waiting"),
        words("Resent"),
        words("Refused"),
        "°C",
        words("Alarms"),
    )
    rows = [_row(row, reader) for row in view.devices]
    return el(
        "div",
        el("header", el("h1", words("Devices")), class_="page-head"),
        el(
            "div",
            figure_tiles(view.figures, reader),
            el(
                "section",
                el("h2", words("All lanes of all devices")),
                ledger_equation(view.books, reader),
                where_bar(view.books, reader),
                class_="panel books",
            ),
            class_="fleet-top",
        ),
        panel(words("Needs you now"), findings(view.problems, reader)) if view.problems else None,
        panel(
            words("Devices"),
            table(heads, rows, kind="fleet", nothing=words("No device is expected yet.")),
        ),
        panel(words("Messages of no device here"), _refused(view.refused, reader))
        if view.refused
        else None,
        class_="page page-fleet",
    )


def _refused(rows: tuple[Rejection, ...], reader: Reader) -> Markup:
    words = reader.words
    heads = (words("Messages"), words("On the topic"), words("Why"), words("Last"))
    drawn = [
        el(
            "tr",
            el("td", words.number(row.messages), class_="amount"),
            el("td", el("code", row.topic, class_="letter-id")),
            el("td", row.reason),
            el("td", age(row.last_at, reader)),
            data_key=f"{row.topic} {row.reason}",
            data_refused=row.topic,
        )
        for row in rows
    ]
    return table(heads, drawn, kind="told")


def _row(row: FleetRow, reader: Reader) -> Markup:
    words = reader.words
    books = row.books
    counts = (books.produced, books.received, books.lost, books.waiting, row.resent, row.dead)
    degrees = "" if row.temperature_c is None else words.number(row.temperature_c, 1)
    return el(
        "tr",
        el(
            "th",
            el("a", words.of(row.name), href=reader.link(Page.DEVICE, row.device_id)),
            el("span", words("simulated"), class_="tag") if row.simulated else None,
            scope="row",
        ),
        el("td", el("a", words.of(row.store_name), href=reader.link(Page.STORE, row.store_id))),
        el("td", freshness_chip(row.freshness, reader)),
        [
            el("td", words.number(count), class_="amount" if count else "amount nil")
            for count in counts
        ],
        el("td", degrees, class_="amount"),
        el("td", _alarms(row, reader), class_="alarm-text"),
        class_=None if books.balanced else "row-unbalanced",
        data_key=row.device_id,
        data_device=row.device_id,
    )


def _alarms(row: FleetRow, reader: Reader) -> list[Markup]:
    return [
        el("span", icon("alarm"), reader.words.of(name), class_="alarm-name")
        for name in row.open_alarms
    ]
