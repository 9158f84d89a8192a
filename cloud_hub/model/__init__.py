"""The central model: place 场, goods 货, shopper 人, facts, and the link's books.

Every key starts with `tenant_id`, so that tables can be distributed by it.
"""

from cloud_hub.core.storage.table import Base
from cloud_hub.model import (
    access,
    control,
    facts,
    floor,
    goods,
    link,
    opening,
    place,
    review,
    shopper,
)

__all__ = [
    "Base",
    "access",
    "control",
    "facts",
    "floor",
    "goods",
    "link",
    "opening",
    "place",
    "review",
    "shopper",
]
