"""Editing a store: the form, the importer's checks, the audit log."""

from decimal import Decimal
from typing import Annotated, Final

from pydantic import BaseModel, Field, ValidationError

from cloud_hub.access.audit_log import Act, record_act
from cloud_hub.access.permissions import Permission
from cloud_hub.admin.stores.hours_text import (
    exceptions_written,
    read_exceptions,
    read_week,
    week_written,
)
from cloud_hub.admin.stores.view import state_of, store_view
from cloud_hub.master_data.editing import edit_store, renamed
from cloud_hub.web.actions import Acting, Action, Declined, Done, Invalid
from cloud_hub.web.forms.fields import FieldKind, Input, name_languages
from cloud_hub.web.forms.sentences import sentence
from cloud_hub.web.words import Words
from device_profiles.names import Names
from device_profiles.store import StoreProfile

EDIT_STORE: Final = "edit-store"


class StoreForm(BaseModel):
    """A store as a person writes it. `state` is what they saw when they began."""

    store_id: str
    state: str
    name: Annotated[Names, Input(label=lambda words: words("Name"), most_characters=80)]
    region: Annotated[Names, Input(label=lambda words: words("Region"), most_characters=80)]
    hours: Annotated[
        str,
        Field(max_length=1000),
        Input(
            label=lambda words: words("Opening hours"),
            hint=lambda words: words(
                "One line for days alike: Mon-Fri 08:00-12:00, 14:00-18:00. A closing time that is"
                " earlier than the opening time is after midnight."
            ),
            kind=FieldKind.TEXTAREA,
        ),
    ]
    exceptions: Annotated[
        str,
        Field(max_length=4000),
        Input(
            label=lambda words: words("Days with other hours"),
            hint=lambda words: words("One a line: 2026-12-31 08:00-18:00, or 2026-12-25 closed."),
            kind=FieldKind.TEXTAREA,
        ),
    ] = ""
    time_zone: Annotated[
        str,
        Field(max_length=64),
        Input(
            label=lambda words: words("Time zone"),
            hint=lambda words: words("A name such as Asia/Shanghai."),
        ),
    ]
    selling_area_m2: Annotated[
        Decimal,
        Field(gt=0, le=1_000_000, decimal_places=1),
        Input(
            label=lambda words: words("Selling area, m²"),
            hint=lambda words: words("Without back room and office: sales by m² are made of it."),
        ),
    ]
    gln: Annotated[
        str,
        Input(
            label=lambda words: words("GLN"),
            hint=lambda words: words("The store's number at GS1, 13 digits, if it has one."),
        ),
    ] = ""


def values_of(store: StoreProfile, words: Words) -> dict[str, object]:
    """What the form starts with."""
    hours = store.opening_hours
    return {
        "name": store.name,
        "region": store.region,
        "hours": week_written(hours.week, words),
        "exceptions": exceptions_written(hours.exceptions, words),
        "time_zone": store.time_zone,
        "selling_area_m2": store.selling_area_m2,
        "gln": store.gln,
    }


def _edit(act: Acting, form: StoreForm) -> Done | Invalid | Declined:
    words = act.words
    known = store_view(act.session, act.viewer, form.store_id).store
    if state_of(known) != form.state:
        return Declined(
            message=words("Somebody has changed this store meanwhile. Load the page again.")
        )
    hours, wrong = _hours(known, form, words)
    if wrong:
        return Invalid(errors=wrong)
    try:
        edited = edit_store(
            act.session, act.viewer.tenant_id, form.store_id, _changes(known, form, hours), act.now
        )
    except ValidationError as error:
        return Invalid(errors=_errors(error, words))
    if not edited.after:
        return Done(message=words("Nothing was changed."))
    record_act(
        act.session,
        Act(
            tenant_id=act.viewer.tenant_id,
            actor=act.viewer.login_name,
            action="store-edited",
            subject=form.store_id,
            detail={"before": dict(edited.before), "after": dict(edited.after)},
        ),
        act.now,
    )
    return Done(message=words("Saved."))


def _hours(
    known: StoreProfile, form: StoreForm, words: Words
) -> tuple[dict[str, object], dict[str, str]]:
    """The opening hours as written, and what is wrong with them by field."""
    told: dict[str, object] = known.opening_hours.model_dump()
    errors: dict[str, str] = {}
    try:
        told["week"] = read_week(form.hours, words)
    except ValueError as error:
        errors["hours"] = str(error)
    try:
        told["exceptions"] = read_exceptions(form.exceptions, words)
    except ValueError as error:
        errors["exceptions"] = str(error)
    return told, errors


def _changes(known: StoreProfile, form: StoreForm, hours: dict[str, object]) -> dict[str, object]:
    return {
        "name": renamed(known.name, form.name, name_languages()),
        "region": renamed(known.region, form.region, name_languages()),
        "opening_hours": hours,
        "time_zone": form.time_zone,
        "selling_area_m2": float(form.selling_area_m2),
        "gln": form.gln,
    }


def _errors(error: ValidationError, words: Words) -> dict[str, str]:
    """The importer's errors beside the form's fields."""
    said = {
        "time_zone": words("This time zone is not known. Write a name such as Asia/Shanghai."),
        "gln": words("A GLN has 13 digits."),
    }
    errors: dict[str, str] = {}
    for one in error.errors():
        name = str(one["loc"][0]) if one["loc"] else ""
        if name == "opening_hours":
            name = "exceptions" if "exceptions" in one["loc"] else "hours"
        errors[name] = said.get(name) or sentence(one, words)
    return errors


ACTION: Final = Action(
    name=EDIT_STORE, form=StoreForm, permission=Permission.EDIT_MASTER_DATA, do=_edit
)
ACTIONS: Final = (ACTION,)
