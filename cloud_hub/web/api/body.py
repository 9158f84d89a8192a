"""What a door is sent and what it answers."""

from pydantic import BaseModel, ConfigDict


class Body(BaseModel):
    """Base of request and answer bodies: what is not named in them is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)
