"""Why a device gives events up, as it is written down, and as people are told."""

from device_profiles.names import Names

FORGOTTEN = "no longer kept when the hub asked again"
OLDER_COPY = "not in this copy of the outbox"
DAMAGED = "damaged on disk"
GIVEN_UP = "given up by hand"

LOSS_REASONS: dict[str, Names] = {
    "quota": Names(en="its disk was full", zh="磁盘已满"),
    "oversize": Names(en="larger than a batch may be", zh="超过单批上限"),
    DAMAGED: Names(en="damaged on its disk", zh="磁盘上的数据已损坏"),
    "expired": Names(en="kept for too long", zh="保留超期"),
    FORGOTTEN: Names(
        en="a restored hub asked for what the device no longer kept",
        zh="恢复后的中枢索要时，设备已不再保留",
    ),
    OLDER_COPY: Names(
        en="the device was put back from an older copy", zh="设备由较旧的副本恢复，副本中没有"
    ),
    GIVEN_UP: Names(en="somebody gave it up on the device", zh="已由人员在设备上放弃"),
}


def loss_words(reason: str) -> Names:
    """What people call the reason of a loss; what a newer device says stands as it is."""
    return LOSS_REASONS.get(reason, Names(en=reason, zh=reason))
