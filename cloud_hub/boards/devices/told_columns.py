"""What a device tells of itself, as columns: when it was heard, versions, disk, certificate."""

from datetime import timedelta
from typing import Final

from cloud_hub.boards.devices.fleet_view import FleetRow
from cloud_hub.web.markup import Markup, el
from cloud_hub.web.parts.age import age
from cloud_hub.web.parts.table_state import Column
from cloud_hub.web.reader import Reader
from cloud_hub.web.words import Words

ENDS_SOON: Final = timedelta(days=30)
LITTLE_FREE: Final = 0.1
WORN_PERCENT: Final = 80


def told_columns(reader: Reader) -> tuple[Column[FleetRow], ...]:
    """The columns of the fleet's table that come from the devices' own word."""
    words = reader.words
    return (
        Column(
            key="heard",
            title=words("Last heard"),
            value=lambda row: row.freshness.heard_at,
            cell=lambda row: (
                age(row.freshness.heard_at, reader)
                if row.freshness.heard_at is not None
                else el("span", "")
            ),
        ),
        Column(
            key="agent",
            title=words("Agent"),
            value=lambda row: row.agent_version,
            choices=True,
        ),
        Column(
            key="files",
            title=words("Files"),
            value=lambda row: files_text(row) or None,
            cell=lambda row: _files(row, words),
            choices=True,
        ),
        Column(
            key="free",
            title=words("Disk free"),
            value=lambda row: None if row.told.disk is None else row.told.disk.free_share,
            cell=lambda row: _free(row, words),
            amount=True,
        ),
        Column(
            key="wear",
            title=words("Disk worn"),
            value=lambda row: None if row.told.disk is None else row.told.disk.wear_percent,
            cell=lambda row: _wear(row, words),
            amount=True,
        ),
        Column(
            key="certificate",
            title=words("Certificate until"),
            value=lambda row: row.certificate_until,
            cell=lambda row: _certificate(row, reader),
        ),
    )


def files_text(row: FleetRow) -> str:
    """The versions in use, by name."""
    return ", ".join(f"{name} {version}" for name, version in sorted(row.told.artifacts.items()))


def _files(row: FleetRow, words: Words) -> Markup:
    return el(
        "span",
        files_text(row),
        [
            el("span", words("cannot take {name}", name=name), class_="alarm-text")
            for name in row.told.problems
        ],
        class_="files",
    )


def _free(row: FleetRow, words: Words) -> Markup:
    disk = row.told.disk
    if disk is None:
        return el("span", "")
    is_little = disk.free_share < LITTLE_FREE
    return el("span", words.percent(disk.free_share), class_="alarm-text" if is_little else None)


def _wear(row: FleetRow, words: Words) -> Markup:
    disk = row.told.disk
    if disk is None or disk.wear_percent is None:
        return el("span", "")
    is_worn = disk.wear_percent >= WORN_PERCENT
    return el(
        "span", words.percent(disk.wear_percent / 100), class_="alarm-text" if is_worn else None
    )


def _certificate(row: FleetRow, reader: Reader) -> Markup:
    until = row.certificate_until
    if until is None:
        return el("span", "")
    return el(
        "span", f"{until:%Y-%m-%d}", class_="alarm-text" if until - reader.now < ENDS_SOON else None
    )
