"""What a person can do from a page, and what the page answers: the one road for acts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from pydantic import BaseModel
from sqlalchemy.orm import Session

from cloud_hub.access.permissions import Permission
from cloud_hub.access.viewer import Viewer
from cloud_hub.core.hub import Hub
from cloud_hub.web.words import Words

FormT = TypeVar("FormT", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Acting:
    """Who acts, when, and with what. `session` writes; it is committed only when the act is Done.
    `words` are those of whoever acts: every message of an answer is in them."""

    session: Session
    viewer: Viewer
    now: datetime
    hub: Hub
    words: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """It was done. `goto` is the page to show next, None for the same; `after` runs on the event
    loop once all is committed."""

    message: str
    goto: str | None = None
    after: Callable[[Hub], None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invalid:
    """Nothing was done: what is wrong, by field."""

    errors: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """Nothing was done, whatever is typed: why."""

    message: str


Answer = Done | Invalid | Declined


@dataclass(frozen=True, slots=True, kw_only=True)
class Action(Generic[FormT]):
    """One thing that a form or a button does. `form` reads what was sent, `permission` is what
    it takes, `do` does it in a thread, inside a transaction."""

    name: str
    form: type[FormT]
    permission: Permission
    do: Callable[[Acting, FormT], Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A form that was sent and not done: what was typed and what is wrong, by field."""

    form_id: str
    typed: Mapping[str, str]
    errors: Mapping[str, str]
