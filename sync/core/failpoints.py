"""Places where a test may let the process die, named here alone. Without AISLE_FAILPOINT they cost
one comparison.

`AISLE_FAILPOINT=NAME` kills the process the first time it gets there, `NAME:N` the Nth time.
"""

import os
import signal
from collections import Counter
from enum import StrEnum

VARIABLE = "AISLE_FAILPOINT"


class Failpoint(StrEnum):
    """Where it can be."""

    SALE_BEFORE_WRITE = "sale-before-write"
    """A till has read a request, and nothing of it is on its way to the disk."""
    SALE_MID_ACT = "sale-mid-act"
    """The event of a receipt is in the transaction, the receipt is not."""
    SALE_BEFORE_ANSWER = "sale-before-answer"
    """The act is on disk, and the POS was not told."""
    WRITER_BEFORE_COMMIT = "writer-before-commit"
    """A device's jobs have run in their transaction, which is not committed."""
    WRITER_AFTER_COMMIT = "writer-after-commit"
    """The transaction is committed, and nobody was told."""
    PHOTO_MID_FILE = "photo-mid-file"
    """A picture's bytes are in a draft, not on disk for certain, and under no name."""
    PHOTO_BEFORE_NAME = "photo-before-name"
    """The draft is on disk, and not under its hash."""
    PHOTO_BEFORE_BOOKED = "photo-before-booked"
    """The picture is kept, and no event speaks of it."""
    UPLOAD_MID_PICTURE = "upload-mid-picture"
    """The hub has a part of a picture, and the device sends the next one."""
    UPLOAD_BEFORE_NOTING = "upload-before-noting"
    """The hub has the picture; the device has not noted it."""
    MEDIA_MID_FILE = "media-mid-file"
    """Bytes of a picture are in the hub's file, not on disk for certain."""
    MEDIA_BEFORE_NAME = "media-before-name"
    """A whole picture was verified, and does not lie under its hash."""
    MEDIA_BEFORE_NOTING = "media-before-noting"
    """The picture lies under its hash, and the hub's database does not know it."""
    EDGE_BEFORE_PUBLISH = "edge-before-publish"
    """Events are on disk and in no packet yet."""
    EDGE_BEFORE_NOTING = "edge-before-noting"
    """The hub's acknowledgement is here and not on disk yet."""
    HUB_BEFORE_COMMIT = "hub-before-commit"
    """Batches were received and are in no database."""
    HUB_BEFORE_ANSWER = "hub-before-answer"
    """Batches are committed and nobody has been told."""
    ARTIFACT_MID_DOWNLOAD = "artifact-mid-download"
    """Some bytes of a new artifact are on disk."""
    ARTIFACT_BEFORE_SLOT = "artifact-before-slot"
    """It is whole and verified, and in no slot yet."""
    ARTIFACT_BEFORE_CHECK = "artifact-before-check"
    """It is in its slot, and was not looked at yet."""
    ARTIFACT_BEFORE_CURRENT = "artifact-before-current"
    """A pointer is written and not yet renamed."""
    ARTIFACT_AFTER_CURRENT = "artifact-after-current"
    """It is current, and nobody was told."""
    BACKUP_MID_WRITE = "backup-mid-write"
    """Some files of a hub are in a backup that is not whole."""
    BACKUP_BEFORE_RENAME = "backup-before-rename"
    """It is whole, and not under its name yet."""
    RESTORE_MID_FILES = "restore-mid-files"
    """Some files came out of it."""
    RESTORE_BEFORE_MOVE = "restore-before-move"
    """All came out, the database holds what it held, and nothing is in its place yet."""
    RESTORE_MID_MOVE = "restore-mid-move"
    """Some are in their place."""


_ARMED, _, _COUNT = os.environ.get(VARIABLE, "").partition(":")
_reached: Counter[str] = Counter()


def reach(point: Failpoint) -> None:
    """Die here if this point is armed; as by a power cut, with nothing closed."""
    if point.value != _ARMED:
        return
    _reached[point] += 1
    if _reached[point] >= int(_COUNT or "1"):
        os.kill(os.getpid(), signal.SIGKILL)
