"""The list of devices with a form for one more, and the page on which one is set up."""

from collections.abc import Mapping

from cloud_hub.access.permissions import Permission
from cloud_hub.admin.devices.actions import CHANGE, CODE, MAKE, REPLACE, STAY, Stay, kind_name
from cloud_hub.admin.devices.knocked import knocked_panel
from cloud_hub.admin.devices.label import claim_label
from cloud_hub.admin.devices.view import (
    DeviceEdit,
    DeviceListed,
    DevicesView,
    Places,
    SetUpState,
)
from cloud_hub.fleet.assets.part import asset_panels
from cloud_hub.web.forms.buttons import act_form, press
from cloud_hub.web.forms.form import Filling, form
from cloud_hub.web.markup import Markup, el
from cloud_hub.web.parts.panel import panel
from cloud_hub.web.parts.table import data_table
from cloud_hub.web.parts.table_state import Column, Table
from cloud_hub.web.reader import Reader
from cloud_hub.web.words import Words


def devices_page(view: DevicesView, reader: Reader) -> Markup:
    """Every device, and a form for one more."""
    words = reader.words
    return el(
        "div",
        el("header", el("h1", words("Set up devices")), class_="page-head"),
        panel(
            words("Devices"), data_table(set_up_table(view.devices, view.places, reader), reader)
        ),
        knocked_panel(view.knocks, reader),
        panel(
            words("One more device"),
            form(
                MAKE,
                Filling(
                    values={"device_id": view.new_id},
                    about={},
                    options=_options(view.places, words),
                ),
                reader,
                words("Make it"),
            ),
        )
        if reader.viewer.may(Permission.ENROL_DEVICES)
        else None,
        class_="page page-devices",
    )


def set_up_table(
    rows: tuple[DeviceListed, ...], places: Places, reader: Reader
) -> Table[DeviceListed]:
    """One line a device."""
    words = reader.words

    def store(row: DeviceListed) -> str:
        known = places.stores.get(row.sheet.store_id)
        return words.of(known) if known is not None else row.sheet.store_id

    columns: tuple[Column[DeviceListed], ...] = (
        Column(
            key="device",
            title=words("Device"),
            value=lambda row: words.of(row.sheet.name),
            cell=lambda row: el(
                "a",
                words.of(row.sheet.name),
                href=reader.link(Permission.SEE_DEVICES, row.device_id),
            ),
        ),
        Column(
            key="id",
            title=words("Device's id"),
            value=lambda row: row.device_id,
            cell=lambda row: el("code", row.device_id),
        ),
        Column(key="store", title=words("Store"), value=store, choices=True),
        Column(
            key="kind",
            title=words("What it is for"),
            value=lambda row: kind_name(row.sheet.kind, words),
            choices=True,
        ),
        Column(
            key="state",
            title=words("State"),
            value=lambda row: standing_words(row.standing, words),
            choices=True,
        ),
    )
    return Table(
        name="devices",
        columns=columns,
        rows=rows,
        nothing=words("No devices yet"),
        mark=lambda row: {"data_key": row.device_id},
        kind="told",
    )


def standing_words(standing: SetUpState, words: Words) -> str:
    """How far a device is."""
    if standing.left_at is not None:
        return words("left the chain")
    if standing.disabled_at is not None:
        return words("let in no more")
    if standing.claimed_at is None:
        return words("waits to be claimed")
    return words("claimed") if standing.heard_at is None else words("in use")


def device_edit_page(view: DeviceEdit, reader: Reader) -> Markup:
    """One device to set up; only what it is for somebody who may not."""
    words, device = reader.words, view.device
    may = reader.viewer.may(Permission.ENROL_DEVICES)
    return el(
        "div",
        _head(view, reader),
        claim_label(view, view.code, reader) if view.code is not None else None,
        panel(
            words("What it is"),
            form(CHANGE, _filling(view, words), reader, words("Save"))
            if may
            else el("p", words("Your login may not change it."), class_="quiet"),
        ),
        *(_lifecycle(device, reader) if may else ()),
        *asset_panels(device.device_id, view.record, reader),
        class_="page page-device-edit",
    )


def _head(view: DeviceEdit, reader: Reader) -> Markup:
    words, device = reader.words, view.device
    return el(
        "header",
        el("h1", words.of(device.sheet.name)),
        el("span", standing_words(device.standing, words), class_="tag"),
        el(
            "p",
            el("code", device.device_id),
            " · ",
            el("a", words("All devices"), href=reader.link(Permission.SEE_DEVICES)),
            " · ",
            el(
                "a",
                words("How it is doing"),
                href=reader.link(Permission.SEE_DEVICE, device.device_id),
            ),
            class_="quiet",
        ),
        class_="page-head",
    )


def _filling(view: DeviceEdit, words: Words) -> Filling:
    sheet = view.device.sheet
    return Filling(
        values={
            "store_id": sheet.store_id,
            "kind": sheet.kind,
            "name": sheet.name,
            "fixture_id": sheet.fixture_id,
        },
        about={"device_id": view.device.device_id},
        options=_options(view.places, words),
    )


def _lifecycle(device: DeviceListed, reader: Reader) -> list[Markup]:
    words, about = reader.words, {"device_id": device.device_id}
    left = device.standing.left_at is not None
    stay = Stay.COME_BACK if left else Stay.LEAVE
    button = press(
        STAY.name,
        "stay",
        stay.value,
        words("Take it back into the chain") if left else words("Take it out of the chain"),
        class_="button",
        data_sure=None
        if left
        else words("It is let in no more, and what it told stays. Take it out?"),
    )
    code = panel(
        words("Claim code"),
        form(CODE, Filling(values={}, about=about), reader, words("Make a claim code")),
        note=words("The device gets in with it, once. An earlier code ends."),
    )
    swap = panel(
        words("Another device takes its place"),
        form(
            REPLACE,
            Filling(values={}, about=about),
            reader,
            words("Replace it: a code for the new one"),
        ),
        note=words("Store, fixture, plan and settings stay. The old one's way in ends."),
    )
    leave = panel(
        words("Stays or leaves"), act_form(STAY.name, reader, about, button, class_="answers")
    )
    if left:
        return [leave]
    return [code, leave] if device.standing.heard_at is None else [code, swap, leave]


def _options(places: Places, words: Words) -> Mapping[str, Mapping[str, str]]:
    fixtures = {
        fixture_id: f"{words.of(places.stores[store_id])} · {words.of(name)}"
        for fixture_id, (store_id, name) in places.fixtures.items()
        if store_id in places.stores
    }
    stores = {
        store_id: f"{words.of(name)} · {store_id}" for store_id, name in places.stores.items()
    }
    return {"store_id": stores, "fixture_id": fixtures}
