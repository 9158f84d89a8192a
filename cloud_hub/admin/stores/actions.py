"""Editing a store: the form, the importer's checks, the audit log."""

from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal
from typing import Annotated, Final

from pydantic import BaseModel, Field, ValidationError

from cloud_hub.access.audit_log import Act, record_act
from cloud_hub.access.permissions import Permission
from cloud_hub.admin.stores.exceptions import Hours, read, written
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
    opens: Annotated[time, Input(label=lambda words: words("Opens"))]
    closes: Annotated[
        time,
        Input(
            label=lambda words: words("Closes"),
            hint=lambda words: words("Earlier than it opens: after midnight."),
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
        "opens": hours.opens,
        "closes": hours.closes,
        "exceptions": written(hours.exceptions, words),
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
    try:
        exceptions = read(form.exceptions, words)
    except ValueError as error:
        return Invalid(errors={"exceptions": str(error)})
    try:
        edited = edit_store(
            act.session, act.viewer.tenant_id, form.store_id, _changes(known, form, exceptions)
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


def _changes(
    known: StoreProfile, form: StoreForm, exceptions: Mapping[date, Hours]
) -> dict[str, object]:
    return {
        "name": renamed(known.name, form.name, name_languages()),
        "region": renamed(known.region, form.region, name_languages()),
        "opening_hours": {
            "opens": form.opens,
            "closes": form.closes,
            "exceptions": dict(exceptions),
        },
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
        errors[name] = said.get(name) or sentence(one, words)
    return errors


ACTION: Final = Action(
    name=EDIT_STORE, form=StoreForm, permission=Permission.EDIT_MASTER_DATA, do=_edit
)
ACTIONS: Final = (ACTION,)
