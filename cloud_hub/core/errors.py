"""What can go wrong at the hub's doors, each with one line for people."""

from device_profiles.errors import AisleError


class HubError(AisleError):
    """The hub cannot go on; the message says what is wrong and what to do."""


class InvalidSettings(HubError):
    """A setting that cannot be used."""


class UnusableData(HubError):
    """The data folder or the database cannot be used."""


class NewerDatabase(UnusableData):
    """The database was written by a newer AisleOS."""


class PortInUse(HubError):
    """Another program listens on the address."""


class Refused(HubError):
    """A person, device or program may not do this. `status` is the HTTP status to answer."""

    def __init__(self, message: str, *, status: int = 403) -> None:
        super().__init__(message)
        self.status = status


class NotYours(Refused):
    """This login may not see that."""

    def __init__(self, message: str) -> None:
        super().__init__(message, status=403)


class NotFound(Refused):
    """There is no such thing for this login."""

    def __init__(self, message: str) -> None:
        super().__init__(message, status=404)


class AlreadyDone(Refused):
    """Somebody did it a moment before; it cannot be done twice."""

    def __init__(self, message: str) -> None:
        super().__init__(message, status=409)
