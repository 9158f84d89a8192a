"""Setting a device up from the console: made, changed, given a claim code, taken out and back."""

from enum import StrEnum
from typing import Annotated, Final

from pydantic import BaseModel, Field

from cloud_hub.access.audit_log import Act, record_act
from cloud_hub.access.permissions import Permission
from cloud_hub.access.viewer import device_for
from cloud_hub.core.errors import NotFound, Refused
from cloud_hub.fleet.enrolment.codes import address_for_devices, code_for
from cloud_hub.fleet.enrolment.devices import DeviceSetUp, DeviceSheet, Misfit, sheet_of
from cloud_hub.fleet.enrolment.enrolment import new_claim_token
from cloud_hub.fleet.enrolment.shown_codes import keep_shown
from cloud_hub.master_data.editing import renamed
from cloud_hub.master_data.place_tables import DeviceRow
from cloud_hub.web.actions import Acting, Action, Declined, Done, Invalid
from cloud_hub.web.forms.fields import FieldKind, Input, name_languages
from cloud_hub.web.words import Words
from device_profiles.names import Names
from device_profiles.store import DeviceKind

ID_PATTERN: Final = r"^[a-z0-9-]{1,40}$"
LONGEST_URL: Final = 300


def kind_name(kind: DeviceKind, words: Words) -> str:
    """What a device is for, in words."""
    return {
        DeviceKind.COOLER: words("Cooler"),
        DeviceKind.SHELF_CAMERA: words("Shelf camera"),
        DeviceKind.DOOR: words("Door camera"),
        DeviceKind.TILL: words("Till"),
        DeviceKind.CART: words("Cart"),
    }[kind]


class SheetForm(BaseModel):
    """What every device is."""

    store_id: Annotated[
        str, Input(label=lambda words: words("Store"), kind=FieldKind.SELECT), Field(min_length=1)
    ]
    kind: Annotated[
        DeviceKind,
        Input(
            label=lambda words: words("What it is for"),
            options=lambda words: {kind.value: kind_name(kind, words) for kind in DeviceKind},
        ),
    ]
    name: Annotated[Names, Input(label=lambda words: words("Name"), most_characters=80)]
    fixture_id: Annotated[
        str,
        Input(
            label=lambda words: words("Fixture"),
            hint=lambda words: words("What it sees, for a cooler or a shelf camera."),
            kind=FieldKind.SELECT,
        ),
    ] = ""


class NewDeviceForm(SheetForm):
    """A device to make."""

    device_id: Annotated[
        str,
        Field(pattern=ID_PATTERN, max_length=40),
        Input(
            label=lambda words: words("Device's id"),
            hint=lambda words: words(
                "Small letters, digits and -, such as s01-door. It stands in the device's profile"
                " and never changes."
            ),
        ),
    ]


class ChangeDeviceForm(SheetForm):
    """A device to change."""

    device_id: str


class AddressForm(BaseModel):
    """A device that gets a claim code, and by which address it reaches the hub."""

    device_id: str
    hub_url: Annotated[
        str,
        Field(max_length=LONGEST_URL),
        Input(
            label=lambda words: words("Address of this hub"),
            hint=lambda words: words(
                "By which the device reaches it: https://HOST:PORT. Left empty: the hub's own name."
            ),
        ),
    ] = ""


class ClaimCodeForm(AddressForm):
    """A device to be let in."""

    again: Annotated[
        bool,
        Input(label=lambda words: words("Also if it is claimed: its present way in ends")),
    ] = False


class Stay(StrEnum):
    """Whether a device is in the chain."""

    LEAVE = "leave"
    COME_BACK = "come-back"


class StayForm(BaseModel):
    """A device that leaves the chain or comes back."""

    device_id: str
    stay: Stay


def _make(act: Acting, form: NewDeviceForm) -> Done | Invalid:
    try:
        _require_store(act, form.store_id)
        _set_up(act).make(form.device_id, _sheet(form, form.name))
    except Misfit as misfit:
        return _invalid(misfit, act.words)
    return Done(
        message=act.words("Made. Now get it a claim code."), goto=f"/devices/{form.device_id}"
    )


def _change(act: Acting, form: ChangeDeviceForm) -> Done | Invalid:
    device = device_for(act.session, act.viewer, form.device_id)
    name = renamed(sheet_of(device).name, form.name, name_languages())
    try:
        _require_store(act, form.store_id)
        is_changed = _set_up(act).change(device, _sheet(form, name))
    except Misfit as misfit:
        return _invalid(misfit, act.words)
    return Done(message=act.words("Saved.") if is_changed else act.words("Nothing was changed."))


def _give_code(act: Acting, form: ClaimCodeForm) -> Done | Invalid | Declined:
    device, words = device_for(act.session, act.viewer, form.device_id), act.words
    if device.left_at is not None or device.disabled_at is not None:
        return Declined(message=words("It is let in no more. Take it back first."))
    if device.claimed_at is not None and not form.again:
        said = words("It is claimed. Tick this if it shall be claimed anew.")
        return Invalid(errors={"again": said})
    token = new_claim_token(act.session, device, act.now, again=form.again)
    record_act(
        act.session,
        Act(
            tenant_id=act.viewer.tenant_id,
            actor=act.viewer.login_name,
            action="claim-code-made",
            subject=device.device_id,
            detail={},
        ),
        act.now,
    )
    return _shown(act, device, token, form.hub_url)


def _replace(act: Acting, form: AddressForm) -> Done | Invalid | Declined:
    device = device_for(act.session, act.viewer, form.device_id)
    if device.left_at is not None or device.disabled_at is not None:
        return Declined(message=act.words("It is let in no more. Take it back first."))
    return _shown(act, device, _set_up(act).replace(device), form.hub_url)


def _shown(act: Acting, device: DeviceRow, token: str, hub_url: str) -> Done | Invalid:
    """The page with the code, which nobody else sees."""
    settings, words = act.hub.settings, act.words
    try:
        code = code_for(settings, device, token, hub_url or address_for_devices(settings))
    except Refused:
        said = words("A device would not speak to that address. Write https://HOST:PORT.")
        return Invalid(errors={"hub_url": said})
    key = keep_shown(act.session, device, code, act.viewer.login_name, act.now)
    return Done(
        message=words("The code is below for a quarter of an hour."),
        goto=f"/devices/{device.device_id}?code={key}",
    )


def _stay(act: Acting, form: StayForm) -> Done:
    device = device_for(act.session, act.viewer, form.device_id)
    if form.stay is Stay.LEAVE:
        _set_up(act).retire(device)
        return Done(message=act.words("It is out of the chain. What it told stays."))
    _set_up(act).take_back(device)
    return Done(message=act.words("It is in the chain again. Get it a claim code."))


def _sheet(form: SheetForm, name: Names) -> DeviceSheet:
    return DeviceSheet(
        store_id=form.store_id, kind=form.kind, name=name, fixture_id=form.fixture_id or None
    )


def _require_store(act: Acting, store_id: str) -> None:
    """Raises NotFound for a store that is not this login's."""
    if not act.viewer.sees_store(store_id):
        raise NotFound(f"no store {store_id} for this login")


def _set_up(act: Acting) -> DeviceSetUp:
    return DeviceSetUp(
        session=act.session,
        tenant_id=act.viewer.tenant_id,
        by=act.viewer.login_name,
        now=act.now,
    )


def _invalid(misfit: Misfit, words: Words) -> Invalid:
    said = {
        "device_id": words("There is a device of this id already."),
        "store_id": words("It has spoken from another store already: make another device here."),
        "kind": words("It has spoken already as what it is: make another device."),
        "fixture_id": words("This fixture does not stand in that store."),
    }
    return Invalid(errors={misfit.field: said[misfit.field]})


_MAY: Final = Permission.ENROL_DEVICES
MAKE: Final = Action(name="make-device", form=NewDeviceForm, permission=_MAY, do=_make)
CHANGE: Final = Action(name="change-device", form=ChangeDeviceForm, permission=_MAY, do=_change)
CODE: Final = Action(name="claim-code", form=ClaimCodeForm, permission=_MAY, do=_give_code)
STAY: Final = Action(name="device-stay", form=StayForm, permission=_MAY, do=_stay)
REPLACE: Final = Action(name="replace-device", form=AddressForm, permission=_MAY, do=_replace)
ACTIONS: Final = (MAKE, CHANGE, CODE, REPLACE, STAY)
