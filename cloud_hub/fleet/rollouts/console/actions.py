"""What a button does with a rollout, and the form that freezes days."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Final

from pydantic import BaseModel, Field

from cloud_hub.access.permissions import Permission
from cloud_hub.core.errors import HubError, NotFound, Refused
from cloud_hub.fleet.artifacts.artifacts import artifacts_of
from cloud_hub.fleet.rollouts import acts
from cloud_hub.fleet.rollouts.freezes import NewFreeze, lift_freeze, set_freeze
from cloud_hub.web.actions import Acting, Action, Declined, Done, Invalid
from cloud_hub.web.forms.fields import Input


class RolloutForm(BaseModel):
    """The rollout of an artifact."""

    artifact: Annotated[str, Field(max_length=80)]


class EndKind(StrEnum):
    """How a person ends a rollout."""

    STOP = "stop"
    BACK = "back"


class EndForm(RolloutForm):
    """A rollout that goes no further, or back."""

    end: EndKind


class FreezeForm(BaseModel):
    """Days on which nothing new is asked, both included."""

    first_day: Annotated[date, Input(label=lambda words: words("First day"))]
    last_day: Annotated[date, Input(label=lambda words: words("Last day"))]
    reason: Annotated[
        str, Field(min_length=1, max_length=400), Input(label=lambda words: words("Reason"))
    ]


class LiftForm(BaseModel):
    """A freeze to end."""

    freeze_id: Annotated[str, Field(max_length=20)]


def _approve(act: Acting, form: RolloutForm) -> Done | Declined:
    try:
        acts.approve(act.session, artifacts_of(act.hub), act.viewer, form.artifact, act.now)
    except HubError as error:
        return _refused(act, error)
    return Done(message=act.words("Approved: it goes on."))


def _end(act: Acting, form: EndForm) -> Done | Declined:
    try:
        if form.end is EndKind.STOP:
            acts.stop(act.session, act.viewer, form.artifact, act.now)
            return Done(message=act.words("No further device is asked."))
        artifacts = artifacts_of(act.hub)
        acts.send_back(act.session, artifacts, act.viewer, form.artifact, act.now)
    except HubError as error:
        return _refused(act, error)
    return Done(message=act.words("Those that were asked go back to what they had."))


def _freeze(act: Acting, form: FreezeForm) -> Done | Invalid | Declined:
    if form.last_day < form.first_day:
        return Invalid(errors={"last_day": act.words("This is before the first day.")})
    new = NewFreeze(
        first_day=form.first_day,
        last_day=form.last_day,
        reason=form.reason,
        by=act.viewer.login_name,
    )
    try:
        set_freeze(act.session, act.viewer.tenant_id, new, act.now)
    except Refused as error:
        return _refused(act, error)
    return Done(message=act.words("Nothing new is asked on these days."))


def _lift(act: Acting, form: LiftForm) -> Done:
    viewer = act.viewer
    lift_freeze(act.session, viewer.tenant_id, form.freeze_id, viewer.login_name, act.now)
    return Done(message=act.words("These days are free again."))


def _refused(act: Acting, error: HubError) -> Declined:
    """Why not. Raises what is not there: that is told alike for every act."""
    if isinstance(error, NotFound):
        raise error
    return Declined(message=act.words("The hub refused: {why}", why=str(error)))


_MAY: Final = Permission.MANAGE_ARTIFACTS
APPROVE: Final = Action(
    name="approve-rollout",
    form=RolloutForm,
    permission=Permission.APPROVE_ROLLOUTS,
    do=_approve,
)
END: Final = Action(name="end-rollout", form=EndForm, permission=_MAY, do=_end)
FREEZE: Final = Action(name="freeze-rollouts", form=FreezeForm, permission=_MAY, do=_freeze)
LIFT: Final = Action(name="lift-freeze", form=LiftForm, permission=_MAY, do=_lift)
ACTIONS: Final = (APPROVE, END, FREEZE, LIFT)
