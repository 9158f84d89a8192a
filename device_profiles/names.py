"""Identifiers and bilingual names: the vocabulary every profile shares."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,40}$")]
"""Tenant, store, device, fixture … : fits an MQTT topic level, a path and a URL as it is."""

SlotId = Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,2}-[0-9]{1,2}-[0-9]{1,2}$")]
"""Fixture letter, row from the top, place from the left, both from 1: `A-2-3`."""


class Profile(BaseModel):
    """Base of everything loaded from a file: closed and unchangeable."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Name(Profile):
    """What people call a thing, in the two languages of the console."""

    en: str
    zh: str
