"""What a button does with an incident."""

from typing import Annotated, Final

from pydantic import BaseModel, Field

from cloud_hub.access.permissions import Permission
from cloud_hub.fleet.incidents.acts import LONGEST_SNOOZE_H, Snoozing, acknowledge, snooze
from cloud_hub.web.actions import Acting, Action, Done
from cloud_hub.web.forms.fields import Input

LONGEST_NOTE: Final = 400


class AcknowledgeForm(BaseModel):
    """An incident that somebody sees to, and what he says of it."""

    incident_id: Annotated[str, Field(max_length=80)]
    note: Annotated[
        str, Field(max_length=LONGEST_NOTE), Input(label=lambda words: words("Note"))
    ] = ""


class SnoozeForm(BaseModel):
    """An incident of which nobody is told for some hours, and why."""

    incident_id: Annotated[str, Field(max_length=80)]
    hours: Annotated[
        int,
        Field(ge=1, le=LONGEST_SNOOZE_H),
        Input(label=lambda words: words("Hours without a message")),
    ]
    reason: Annotated[
        str,
        Field(min_length=1, max_length=LONGEST_NOTE),
        Input(label=lambda words: words("Reason")),
    ]


def _acknowledge(act: Acting, form: AcknowledgeForm) -> Done:
    acknowledge(act.session, act.viewer, form.incident_id, form.note, act.now)
    return Done(message=act.words("Acknowledged: nobody else is told."))


def _snooze(act: Acting, form: SnoozeForm) -> Done:
    snoozing = Snoozing(hours=form.hours, reason=form.reason)
    snooze(act.session, act.viewer, form.incident_id, snoozing, act.now)
    return Done(message=act.words("Snoozed."))


ACKNOWLEDGE: Final = Action(
    name="acknowledge-incident",
    form=AcknowledgeForm,
    permission=Permission.KEEP_INCIDENTS,
    do=_acknowledge,
)
SNOOZE: Final = Action(
    name="snooze-incident", form=SnoozeForm, permission=Permission.KEEP_INCIDENTS, do=_snooze
)
ACTIONS: Final = (ACKNOWLEDGE, SNOOZE)
