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
