"""What can go wrong in seeing. The message is one line for people: what is wrong, what to do."""

from device_profiles.errors import AisleError


class VisionError(AisleError):
    """Base of this folder's errors."""


class UnusablePicture(VisionError):
    """A picture that cannot be judged: unreadable, too small, or not of the calibrated size."""


class UnusableModel(VisionError):
    """A model file or its manifest entry that does not fit: hash, size, layout or labels."""


class UnusableGallery(VisionError):
    """A gallery that cannot be read or written, or that holds nothing."""
