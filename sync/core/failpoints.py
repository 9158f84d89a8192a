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
    ENROL_MID_PROPOSAL = "enrol-mid-proposal"
    """A device that was never claimed proposes a password: it is in a draft, not on disk for
    certain, and nothing was asked."""
    ENROL_BEFORE_ASKING = "enrol-before-asking"
    """Its password is on disk, its key is made, and nothing was said to the hub."""
    ENROL_BEFORE_READING = "enrol-before-reading"
    """The request is with the hub, which has answered; no byte of that was read."""
    ENROL_BEFORE_KEEPING = "enrol-before-keeping"
    """The certificate is here and verified, and nothing of it on disk."""
    ENROL_MID_IDENTITY = "enrol-mid-identity"
    """Key and certificate are in a draft, not on disk for certain."""
    ENROL_BEFORE_CREDENTIALS = "enrol-before-credentials"
    """Key and certificate are kept; the password and the brokers' addresses are not."""
    ENROL_MID_CREDENTIALS = "enrol-mid-credentials"
    """These are in a draft, not on disk for certain."""
    ENROL_BEFORE_CODE = "enrol-before-code"
    """All of it is kept, and not the claim code that says where the hub is."""
    CLAIM_BEFORE_COMMIT = "claim-before-commit"
    """The hub has judged a claim and signed a certificate; neither is in its database."""
    CLAIM_BEFORE_ANSWER = "claim-before-answer"
    """Both are committed, and the device was not told."""
    RENEW_BEFORE_ASKING = "renew-before-asking"
    """A device's certificate is due; its new key is made, and nothing was said to the hub."""
    RENEW_BEFORE_KEEPING = "renew-before-keeping"
    """The new certificate is here and verified, and nothing of it on disk."""
    RENEW_MID_IDENTITY = "renew-mid-identity"
    """It is in a draft with its key, not on disk for certain; the one before counts."""
    RENEW_BEFORE_ROOTS = "renew-before-roots"
    """It is kept; the hub's new root, which came with it, is not."""
    CERTIFICATE_BEFORE_COMMIT = "certificate-before-commit"
    """The hub has signed the next certificate of a device, which is in no database."""
    CERTIFICATE_BEFORE_ANSWER = "certificate-before-answer"
    """It is committed, and the device was not told."""
    AUTHORITY_BEFORE_ROOT = "authority-before-root"
    """A new hub's authority has its key, and no root."""
    AUTHORITY_MID_PAIR = "authority-mid-pair"
    """The hub's server has a new key, and the certificate of the one before."""
    ROTATION_BEFORE_ROOTS = "rotation-before-roots"
    """The keys of the former and of the new root are kept, and the new root is not."""
    ROTATION_BEFORE_FORGETTING = "rotation-before-forgetting"
    """The former root is trusted no more, and its key is still there."""


_ARMED, _, _COUNT = os.environ.get(VARIABLE, "").partition(":")
_reached: Counter[str] = Counter()


def reach(point: Failpoint) -> None:
    """Die here if this point is armed; as by a power cut, with nothing closed."""
    if point.value != _ARMED:
        return
    _reached[point] += 1
    if _reached[point] >= int(_COUNT or "1"):
        os.kill(os.getpid(), signal.SIGKILL)
