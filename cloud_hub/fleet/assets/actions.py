"""An asset's record written from a device's page."""

from datetime import date
from typing import Annotated, Final

import sqlalchemy as sa
from pydantic import BaseModel, Field

from cloud_hub.access.permissions import Permission
from cloud_hub.access.viewer import device_for
from cloud_hub.core.errors import NotFound
from cloud_hub.fleet.assets.record import AssetBook, AssetSheet, CareVisit, KnownSerial
from cloud_hub.link.tables import Media
from cloud_hub.master_data.place_tables import DeviceRow
from cloud_hub.web.actions import Acting, Action, Declined, Done, Invalid
from cloud_hub.web.forms.fields import FieldKind, Input

Line = Annotated[str, Field(max_length=200)]
Lines = Annotated[str, Field(max_length=2000)]


class AssetForm(BaseModel):
    """Which machine works as a device."""

    device_id: str
    serial: Annotated[
        str,
        Field(min_length=1, max_length=80),
        Input(
            label=lambda words: words("Serial number"),
            hint=lambda words: words("Another number: another machine stands here from now on."),
        ),
    ]
    model: Annotated[Line, Input(label=lambda words: words("Model"))] = ""
    owner: Annotated[Line, Input(label=lambda words: words("Owner"))] = ""
    warranty_until: Annotated[
        date | None, Input(label=lambda words: words("Warranty until"), kind=FieldKind.DATE)
    ] = None
    installed_on: Annotated[
        date | None, Input(label=lambda words: words("Installed on"), kind=FieldKind.DATE)
    ] = None
    note: Annotated[Lines, Input(label=lambda words: words("Note"), kind=FieldKind.TEXTAREA)] = ""


class VisitForm(BaseModel):
    """Somebody saw to the machine."""

    device_id: str
    visited_on: Annotated[date, Input(label=lambda words: words("Visited on"), kind=FieldKind.DATE)]
    visitor: Annotated[Line, Field(min_length=1), Input(label=lambda words: words("Who"))]
    symptom: Annotated[
        Line, Field(min_length=1), Input(label=lambda words: words("What was wrong"))
    ]
    cause: Annotated[Line, Input(label=lambda words: words("Why"))] = ""
    parts: Annotated[Line, Input(label=lambda words: words("Parts put in"))] = ""
    note: Annotated[Lines, Input(label=lambda words: words("Note"), kind=FieldKind.TEXTAREA)] = ""
    with_photo: Annotated[
        bool, Input(label=lambda words: words("Keep its newest photo with this visit"))
    ] = False


def _write(act: Acting, form: AssetForm) -> Done | Invalid:
    device = device_for(act.session, act.viewer, form.device_id)
    sheet = AssetSheet(**form.model_dump(exclude={"device_id"}))
    try:
        _book(act).write(device, sheet)
    except KnownSerial:
        said = act.words("This machine works as another device: take it away there first.")
        return Invalid(errors={"serial": said})
    return Done(message=act.words("Saved."))


def _visit(act: Acting, form: VisitForm) -> Done | Declined:
    device = device_for(act.session, act.viewer, form.device_id)
    photo = _newest_photo(act, device) if form.with_photo else None
    visit = CareVisit(**form.model_dump(exclude={"device_id", "with_photo"}), photo_sha256=photo)
    try:
        _book(act).note_visit(device, visit)
    except NotFound:
        return Declined(message=act.words("Write down first which machine stands here."))
    return Done(message=act.words("Noted."))


def _newest_photo(act: Acting, device: DeviceRow) -> str | None:
    return act.session.scalars(
        sa.select(Media.sha256)
        .where(Media.tenant_id == device.tenant_id, Media.device_id == device.device_id)
        .order_by(Media.taken_at.desc())
        .limit(1)
    ).first()


def _book(act: Acting) -> AssetBook:
    return AssetBook(
        session=act.session,
        tenant_id=act.viewer.tenant_id,
        by=act.viewer.login_name,
        now=act.now,
    )


_MAY: Final = Permission.ENROL_DEVICES
WRITE: Final = Action(name="write-asset", form=AssetForm, permission=_MAY, do=_write)
VISIT: Final = Action(name="note-visit", form=VisitForm, permission=_MAY, do=_visit)
ACTIONS: Final = (WRITE, VISIT)
