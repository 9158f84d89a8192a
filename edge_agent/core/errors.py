"""What can go wrong on a device, in one line for people."""

from device_profiles.errors import AisleError


class EdgeError(AisleError):
    """The agent cannot do this; the message says what is wrong and what to do."""


class InvalidSettings(EdgeError):
    """A folder, a port or an option that the agent cannot use."""


class SourceUnusable(EdgeError):
    """A camera source or a file that gives no picture."""


class SensorUnusable(EdgeError):
    """A sensor whose address no driver understands."""


class PrinterUnusable(EdgeError):
    """A receipt printer that cannot be reached, or whose address makes no sense."""
