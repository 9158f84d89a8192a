"""The fleet: every device with its link, its books, its alarms."""

from collections.abc import Callable

from cloud_hub.access.permissions import Permission
from cloud_hub.boards.devices.fleet_view import BackupStatus, FleetRow, FleetView
from cloud_hub.boards.devices.told_columns import told_columns
from cloud_hub.boards.problems.part import findings
from cloud_hub.fleet.status_part import freshness_chip
from cloud_hub.link.ingest.rejections import Rejection
from cloud_hub.reconciliation.equation_part import ledger_equation, where_bar
from cloud_hub.web.markup import Markup, el, joined
from cloud_hub.web.parts.age import age
from cloud_hub.web.parts.figure_tile import figure_tiles
from cloud_hub.web.parts.icon import icon
from cloud_hub.web.parts.panel import panel, table
from cloud_hub.web.parts.table import data_table
from cloud_hub.web.parts.table_state import Column, Table
from cloud_hub.web.reader import Reader


def fleet_page(view: FleetView, reader: Reader) -> Markup:
    """All devices this login may see."""
    words = reader.words
    return el(
        "div",
        el(
            "header",
            el("h1", words("Devices")),
            el("a", words("Set up devices"), href=reader.link(Permission.SEE_DEVICES))
            if reader.viewer.may(Permission.SEE_DEVICES)
            else None,
            class_="page-head",
        ),
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
        _backup(view.backup, reader) if view.backup else None,
        panel(words("Needs you now"), findings(view.problems, reader)) if view.problems else None,
        panel(
            words("Devices"),
            data_table(devices_table(view.devices, reader), reader),
        ),
        panel(words("Messages of no device here"), _refused(view.refused, reader))
        if view.refused
        else None,
        class_="page page-fleet",
    )


def _backup(backup: BackupStatus, reader: Reader) -> Markup:
    """ "Last backup 3 h ago", or that there is none yet."""
    words = reader.words
    if backup.made_at is None:
        said = joined(words("No backup yet"))
    else:
        said = joined(words("Last backup of this hub"), " ", age(backup.made_at, reader))
    if backup.verified_at is not None:
        said = joined(said, ", ", words("verified"), " ", age(backup.verified_at, reader))
    return el(
        "p",
        icon("problem") if backup.is_overdue else None,
        said,
        class_="quiet",
        data_backup="overdue" if backup.is_overdue else "fresh" if backup.made_at else "none",
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


def devices_table(rows: tuple[FleetRow, ...], reader: Reader) -> Table[FleetRow]:
    """One line a device: its link, its accounts, its alarms."""
    words = reader.words
    columns: tuple[Column[FleetRow], ...] = (
        Column(
            key="device",
            title=words("Device"),
            value=lambda row: words.of(row.name),
            cell=lambda row: _name(row, reader),
        ),
        Column(
            key="store",
            title=words("Store"),
            value=lambda row: words.of(row.store_name),
            cell=lambda row: el(
                "a", words.of(row.store_name), href=reader.link(Permission.SEE_STORE, row.store_id)
            ),
            choices=True,
        ),
        Column(
            key="data",
            title=words("Newest data"),
            value=lambda row: row.freshness.data_at or row.freshness.heard_at,
            cell=lambda row: freshness_chip(row.freshness, reader),
        ),
        _count("produced", words("Produced"), lambda row: row.books.produced, reader),
        _count("received", words("Received"), lambda row: row.books.received, reader),
        _count("lost", words("Lost"), lambda row: row.books.lost, reader),
        _count("waiting", words("Waiting"), lambda row: row.books.waiting, reader),
        _count("resent", words("Resent"), lambda row: row.resent, reader),
        _count("refused", words("Refused"), lambda row: row.dead, reader),
        Column(
            key="degrees",
            title="°C",
            value=lambda row: row.temperature_c,
            cell=lambda row: el(
                "span", "" if row.temperature_c is None else words.number(row.temperature_c, 1)
            ),
            amount=True,
        ),
        Column(
            key="alarms",
            title=words("Alarms"),
            value=lambda row: ", ".join(words.of(name) for name in row.open_alarms) or None,
            cell=lambda row: el("span", _alarms(row, reader), class_="alarm-text"),
        ),
        *told_columns(reader),
    )
    return Table(
        name="devices",
        columns=columns,
        rows=rows,
        nothing=words("No device is expected yet."),
        mark=lambda row: {
            "data_key": row.device_id,
            "data_device": row.device_id,
            "class_": None if row.books.balanced else "row-unbalanced",
        },
        kind="fleet",
    )


def _count(
    key: str, title: str, count: Callable[[FleetRow], int], reader: Reader
) -> Column[FleetRow]:
    def cell(row: FleetRow) -> Markup:
        number = count(row)
        return el("span", reader.words.number(number), class_=None if number else "nil")

    return Column(key=key, title=title, value=count, cell=cell, amount=True)


def _name(row: FleetRow, reader: Reader) -> Markup:
    simulated = el("span", reader.words("simulated"), class_="tag") if row.simulated else None
    link = reader.link(Permission.SEE_DEVICE, row.device_id)
    return joined(el("a", reader.words.of(row.name), href=link), simulated)


def _alarms(row: FleetRow, reader: Reader) -> list[Markup]:
    return [
        el("span", icon("alarm"), reader.words.of(name), class_="alarm-name")
        for name in row.open_alarms
    ]
