"""Why a device gives events up, as it is written down, and as people are told."""

FORGOTTEN = "no longer kept when the hub asked again"
OLDER_COPY = "not in this copy of the outbox"
DAMAGED = "damaged on disk"
GIVEN_UP = "given up by hand"

LOSS_REASONS: dict[str, str] = {
    "quota": "its disk was full",
    "oversize": "larger than a batch may be",
    DAMAGED: "damaged on its disk",
    "expired": "kept for too long",
    FORGOTTEN: "a restored hub asked for what the device no longer kept",
    OLDER_COPY: "the device was put back from an older copy",
    GIVEN_UP: "somebody gave it up on the device",
}
"""In English; the hub translates them."""


def loss_words(reason: str) -> str:
    """What people call the reason of a loss; what a newer device says stands as it is."""
    return LOSS_REASONS.get(reason, reason)
