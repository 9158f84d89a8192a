"""A store's page: its day, its doors, shelves, tills, devices, and what it was asked to do."""

from cloud_hub.access.permissions import Permission
from cloud_hub.boards.footfall.floor import FloorView, ZoneRow
from cloud_hub.boards.footfall.floor_map import floor_map
from cloud_hub.boards.footfall.hand_count import hand_count
from cloud_hub.boards.footfall.hour_map import hour_map
from cloud_hub.boards.problems.part import findings
from cloud_hub.boards.problems.row import ProblemRow
from cloud_hub.boards.store.fixture_card import fixture_cards
from cloud_hub.boards.store.view import DayRow, DeviceLine, DoorRow, StoreView, TillRow
from cloud_hub.fleet.status_part import freshness_chip
from cloud_hub.tasks.list_part import task_list
from cloud_hub.web.markup import Markup, el
from cloud_hub.web.parts.age import age
from cloud_hub.web.parts.figure_tile import figure_tiles
from cloud_hub.web.parts.panel import panel, table
from cloud_hub.web.reader import Reader


def store_page(view: StoreView, reader: Reader) -> Markup:
    """Everything of one store."""
    words = reader.words
    return el(
        "div",
        el(
            "header",
            el("h1", words.of(view.name)),
            el("p", words.of(view.region), class_="quiet"),
            freshness_chip(view.freshness, reader),
            el("p", words("today until {clock}, provisional", clock=view.until), class_="quiet"),
            class_="page-head",
        ),
        figure_tiles(view.figures, reader),
        el(
            "div",
            el(
                "div",
                panel(
                    words("Needs you now"),
                    findings(view.problems, reader),
                    information(view.information, reader),
                    kind="needs-you",
                ),
                *_hours(view, reader),
                panel(words("Days"), _days(view, reader), kind="of-days"),
                class_="stack",
            ),
            el(
                "div",
                panel(words("Tasks"), task_list(view.tasks, reader), kind="to-do"),
                panel(
                    words("Shelves and coolers"), fixture_cards(view.fixtures, reader), kind="to-do"
                ),
                _map(view.floor, reader),
                panel(
                    words("Doors"), _doors(view, reader), note=_staff(view, reader), kind="of-days"
                ),
                panel(words("Tills"), _tills(view, reader), kind="of-days"),
                panel(words("Devices"), _devices(view.devices, reader), kind="of-days"),
                class_="stack",
            ),
            class_="split packed",
        ),
        class_="page page-store",
    )


def _hours(view: StoreView, reader: Reader) -> list[Markup]:
    """The hours of today and, where cameras watch zones, queues and zones."""
    words, floor = reader.words, view.floor
    hours = hour_map(floor.hours, reader)
    panels = []
    if hours is not None:
        panels.append(panel(words("Hours of today"), hours, kind="of-today"))
    if _has_zones(floor):
        zones = (_zones(floor, reader), _paths(floor, reader))
        panels.append(panel(words("Queues and zones"), *zones, kind="of-today"))
    return panels


def _map(floor: FloorView, reader: Reader) -> Markup | None:
    """Where people stood, where cameras watch zones."""
    if not _has_zones(floor):
        return None
    words = reader.words
    return panel(
        words("Where people stood"),
        None if floor.maps else el("p", words("no map yet today"), class_="quiet"),
        *(floor_map(one, reader) for one in floor.maps),
        kind="of-today",
    )


def _has_zones(floor: FloorView) -> bool:
    return bool(floor.zones or floor.maps)


def _zones(floor: FloorView, reader: Reader) -> Markup:
    words = reader.words
    heads = (
        words("Zone"),
        words("Visits"),
        words("Half stay"),
        words("Nine of ten"),
        words("Waiting"),
        words("Conversion"),
        words("Watched"),
    )
    return table(heads, [_zone(zone, reader) for zone in floor.zones], kind="zones")


def _zone(zone: ZoneRow, reader: Reader) -> Markup:
    words = reader.words
    tags = [
        el("span", said, class_="tag")
        for said, is_shown in (
            (words("queue"), zone.is_queue),
            (words("simulated"), zone.simulated),
        )
        if is_shown
    ]
    waiting = None
    if zone.length is not None:
        waiting = words(
            "{mean}, at most {most}",
            mean=words.number(zone.length, 1),
            most=words.number(zone.length_max),
        )
    return el(
        "tr",
        el("th", zone.zone_id, tags, scope="row"),
        _count(zone.visits, reader),
        [
            el("td", words("no data") if span is None else words.span(span), class_="amount")
            for span in (zone.p50_s, zone.p90_s)
        ],
        el("td", waiting or "–", class_="amount"),
        el(
            "td",
            "–" if zone.conversion is None else words.percent(zone.conversion),
            class_="amount",
        ),
        el(
            "td",
            words("no data") if zone.watched is None else words.percent(zone.watched),
            class_="amount",
        ),
        data_key=zone.zone_id,
        data_zone=zone.zone_id,
    )


def _paths(floor: FloorView, reader: Reader) -> Markup | None:
    if not floor.paths:
        return None
    words = reader.words
    said = words(" · ").join(
        f"{path.start} → {path.end} {words.number(path.visits)}" for path in floor.paths
    )
    return el("p", words("Ways: {ways}", ways=said), class_="quiet")


def _staff(view: StoreView, reader: Reader) -> str | None:
    """How many crossings were left out as staff's, and their share."""
    if not view.staff_left_out or view.staff_share is None:
        return None
    words = reader.words
    return words(
        "staff left out {count} ({share})",
        count=words.number(view.staff_left_out),
        share=words.percent(view.staff_share),
    )


def information(rows: tuple[ProblemRow, ...], reader: Reader) -> Markup | None:
    """What is told, and needs nobody."""
    if not rows:
        return None
    return el(
        "ul",
        [
            el("li", reader.words.of(row.sentence), data_finding=row.kind, data_key=row.key)
            for row in rows
        ],
        class_="information",
    )


def _doors(view: StoreView, reader: Reader) -> Markup:
    words = reader.words
    rows = [_door(door, reader) for door in view.doors]
    heads = (
        words("Line"),
        words("In"),
        words("Out"),
        words("Staff left out"),
        words("Sure"),
        words("Watched"),
    )
    return table(heads, rows, nothing=words("no door counts here"))


def _door(door: DoorRow, reader: Reader) -> Markup:
    words = reader.words
    tag = el("span", words("simulated"), class_="tag") if door.simulated else None
    return el(
        "tr",
        el("th", door.line_id, tag, hand_count(door.hand, reader), scope="row"),
        [_count(count, reader) for count in (door.entries, door.exits, door.staff)],
        el(
            "td",
            "–" if door.confidence is None else words.percent(door.confidence),
            class_="amount",
        ),
        el(
            "td",
            words("no data") if door.watched is None else words.percent(door.watched),
            class_="amount",
        ),
        data_key=door.line_id,
        data_door=door.line_id,
    )


def _count(count: int | None, reader: Reader) -> Markup:
    words = reader.words
    if count is None:
        return el("td", words("no data"), class_="amount missing")
    return el("td", words.number(count), class_="amount")


def _tills(view: StoreView, reader: Reader) -> Markup:
    words = reader.words
    rows = [_till(till, view.currency, reader) for till in view.tills]
    heads = (words("Till"), words("Receipts"), words("Net sales"), words("Last receipt"))
    return table(heads, rows, nothing=words("no receipt yet today"))


def _till(till: TillRow, currency: str, reader: Reader) -> Markup:
    words = reader.words
    return el(
        "tr",
        el("th", till.workstation_id, scope="row"),
        el("td", words.number(till.receipts), class_="amount"),
        el("td", words.money(till.net_sales, currency, 2), class_="amount"),
        el("td", age(till.last_at, reader)),
        data_key=till.workstation_id,
    )


def _days(view: StoreView, reader: Reader) -> Markup:
    words = reader.words
    heads = (
        words("Day"),
        words("Net sales"),
        words("Footfall"),
        words("Conversion"),
        words("State"),
    )
    rows = [_day(day, view.currency, reader) for day in view.days]
    return table(heads, rows, nothing=words("no day yet"))


def _day(day: DayRow, currency: str, reader: Reader) -> Markup:
    words = reader.words
    sales = words("no data") if day.net_sales is None else words.money(day.net_sales, currency)
    conversion = words("no data") if day.conversion is None else words.percent(day.conversion, 1)
    state = words("provisional") if day.provisional else words("final")
    return el(
        "tr",
        el("th", words.day(day.business_day), scope="row"),
        el("td", sales, class_="amount missing" if day.net_sales is None else "amount"),
        _count(day.footfall, reader),
        el("td", conversion, class_="amount missing" if day.conversion is None else "amount"),
        el("td", state, _revised(day, currency, reader), class_="quiet"),
        data_key=day.business_day.isoformat(),
    )


def _revised(day: DayRow, currency: str, reader: Reader) -> Markup | None:
    if day.revised_by is None:
        return None
    words = reader.words
    amount = words.money(day.revised_by, currency)
    signed = f"+{amount}" if day.revised_by >= 0 else amount
    return el("span", words("revised {amount}", amount=signed), class_="tag tag-revised")


def _devices(devices: tuple[DeviceLine, ...], reader: Reader) -> Markup:
    words = reader.words
    rows = [
        el(
            "tr",
            el(
                "th",
                el(
                    "a",
                    words.of(device.name),
                    href=reader.link(Permission.SEE_DEVICE, device.device_id),
                ),
                scope="row",
            ),
            el("td", freshness_chip(device.freshness, reader)),
            data_key=device.device_id,
        )
        for device in devices
    ]
    return table(
        (words("Device"), words("Newest data")), rows, nothing=words("no device expected here")
    )
