"""What can go wrong while a demonstration is prepared or runs; each message is for people."""

from device_profiles.errors import AisleError


class SimulatorError(AisleError):
    """The simulation cannot go on."""


class AddressInUse(SimulatorError):
    """The demonstration's address is taken."""


class FolderUnusable(SimulatorError):
    """The demonstration's folder cannot be used."""


class ChildDied(SimulatorError):
    """One of the demonstration's processes ended by itself."""


class HubRefused(SimulatorError):
    """The hub answered a request with an error."""


class TookTooLong(SimulatorError):
    """Something did not happen in the time that it may take."""
