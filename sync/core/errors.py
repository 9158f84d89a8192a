"""What can go wrong in the sync layer, under one base."""

from device_profiles.errors import AisleError


class SyncError(AisleError):
    """The sync layer could not do what was asked."""


class OutboxFull(SyncError):
    """The outbox's quota or its disk is full and nothing in it may be given up for this event."""


class RecordTooBig(SyncError):
    """An event does not fit into a batch; a sale of that size is refused, so the till is told."""


class NewerOutbox(SyncError):
    """The outbox file was written by a newer version of AisleOS."""


class OutboxUnusable(SyncError):
    """The outbox file cannot be opened or created."""


class FolderInUse(SyncError):
    """Another process owns the folder, or it cannot be locked."""


class InvalidClock(SyncError):
    """What was said of this process's clock makes no sense; the message says what to mend."""


class InvalidTopic(SyncError):
    """Not a topic of this protocol."""


class InvalidBatch(SyncError):
    """A batch cannot be read: damaged, tampered with, or not of this protocol."""


class DamagedBatch(InvalidBatch):
    """A batch whose hash does not match: it was damaged or changed on its way."""


class InvalidMessage(SyncError):
    """A hello, an answer or an acknowledgement cannot be read."""


class NotConnected(SyncError):
    """There is no connection to a broker."""


class LinkRefused(SyncError):
    """The broker or the hub refused the device; the message says what to mend."""


class MediaFull(SyncError):
    """The media store cannot take a picture: it is larger than the whole quota."""


class ClaimRefused(SyncError):
    """The hub refused the device's claim; the message says what to mend."""


class NoRoom(SyncError):
    """The quota or the disk has no room for an artifact."""


class ArtifactRefused(SyncError):
    """What the hub offers is not what was signed, is older than what was seen, or is not there."""


class SourceUnreachable(SyncError):
    """The hub's artifacts cannot be fetched now; they may be later."""
