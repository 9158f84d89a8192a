"""What can be taken out of a chain."""

from enum import StrEnum


class RemovalKind(StrEnum):
    """A noun of master data that can be taken out of a chain."""

    STORE = "store"
    FIXTURE = "fixture"
    PRODUCT = "product"
