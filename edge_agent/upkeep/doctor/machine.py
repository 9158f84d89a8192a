"""The machine itself, and what was sent to it: disk, clock, models, prices, sensors."""

import asyncio
import logging
import shutil
from collections.abc import Iterator
from pathlib import Path

from device_profiles.artifact import ArtifactKind
from device_profiles.failures import in_words
from device_profiles.store import DeviceKind
from edge_agent.drivers.readings import Opening, Reading
from edge_agent.drivers.sensors import SensorBank
from edge_agent.settings import MB, EdgeSettings
from edge_agent.upkeep.artifact_checks import checks_for
from edge_agent.upkeep.doctor.finding import Checked, Mend, ok, untried, wrong
from edge_agent.upkeep.housekeeping import LEAST_FREE_BYTES
from sync.artifacts.slots import Slot, Slots
from sync.core.clock import Clock
from sync.core.sparing import sparing
from sync.events import ClockState

log = logging.getLogger(__name__)

KINDS = {
    ArtifactKind.MODEL: ("model", Mend.ARTIFACT),
    ArtifactKind.GALLERY: ("gallery", Mend.ARTIFACT),
    ArtifactKind.PLANOGRAM: ("plan", Mend.ARTIFACT),
    ArtifactKind.PRICE_LIST: ("prices", Mend.ARTIFACT),
}


def check_disk(settings: EdgeSettings) -> Checked:
    """Room where the outbox grows. Raises nothing."""
    try:
        free = shutil.disk_usage(settings.data_dir).free
    except OSError as error:
        said = in_words(error)
        return wrong("disk", (said, said), Mend.ROOM)
    room = f"{free // MB}"
    if free < LEAST_FREE_BYTES:
        least = f"{LEAST_FREE_BYTES // MB}"
        told = (
            f"{room} MB free, at least {least} are needed",
            f"剩余 {room} MB，至少需 {least} MB",
        )
        return wrong("disk", told, Mend.ROOM)
    return ok("disk", f"{room} MB free", f"剩余 {room} MB")


def check_clock(clock: Clock) -> Checked:
    """Whether the wall clock may be believed at all; the hub's word on it is `network`'s."""
    at = f"{clock.now():%Y-%m-%d %H:%M:%S} UTC"
    if clock.stamp().clock is ClockState.TRUSTED:
        return ok("clock", at, at)
    return wrong("clock", (f"{at} cannot be right", f"{at}，不可能正确"), Mend.TIME)


def check_sensors(settings: EdgeSettings, clock: Clock) -> Iterator[Checked]:
    """Each sensor read once, through connections of its own. Not to be called on a loop."""
    opening = Opening(
        sensors=settings.profile.sensors,
        base=settings.profile_dir,
        clock=clock,
        hosts=frozenset(settings.profile.sensor_hosts),
    )
    for name, reading in asyncio.run(_read_once(opening)).items():
        if reading.value is None:
            said = reading.problem or "it gives no value"
            yield wrong("sensor", (said, said), Mend.SENSOR, subject=name)
        else:
            said = f"{reading.value:g}"
            yield ok("sensor", said, said, subject=name)


async def _read_once(opening: Opening) -> dict[str, Reading]:
    bank = SensorBank.open(opening)
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        # A sensor that tells by itself is heard while its connection is kept.
        group.create_task(bank.run(stop))
        try:
            return await bank.read()
        finally:
            stop.set()


def check_artifacts(settings: EdgeSettings) -> Iterator[Checked]:
    """What was sent, checked as before it became current; what the release brings; what is missed.
    Loads models: takes seconds."""
    slots = Slots(
        folder=settings.artifacts_dir, quota_bytes=settings.profile.artifact_quota_mb * MB
    )
    current = {
        name: pointer.current
        for name, pointer in slots.pointers().items()
        if pointer.current is not None
    }
    manifests = {
        name.rpartition("/")[2]: slots.path(slot) / "models.toml"
        for name, slot in current.items()
        if slot.kind == ArtifactKind.MODEL
    }
    checks = checks_for(settings.profile, manifests.get)
    for name, slot in current.items():
        if (check := checks.get(slot.kind)) is not None:
            with sparing(log, "%s", name, action="doctor", level=logging.DEBUG) as failure:
                check(name, slots.path(slot))
            yield _artifact(name, slot, failure.error)
    yield from _fitted(settings, set(manifests))
    yield from _prices(settings, {slot.kind for slot in current.values()})


def _artifact(name: str, slot: Slot, error: Exception | None) -> Checked:
    what, mend = KINDS[ArtifactKind(slot.kind)]
    if error is not None:
        said = in_words(error)
        return wrong(what, (said, said), mend, subject=name)
    return ok(what, f"version {slot.version}", f"版本 {slot.version}", subject=name)


def _fitted(settings: EdgeSettings, sent: set[str]) -> Iterator[Checked]:
    """The release's own detector, where people are counted by it."""
    if not any(camera.lines or camera.zones for camera in settings.profile.cameras):
        return
    from vision_models.networks.detector import check_model
    from vision_models.networks.models import SHIPPED
    from vision_models.people.detectors import PERSON_MODEL

    if PERSON_MODEL in sent:
        return
    with sparing(log, "%s", PERSON_MODEL, action="doctor", level=logging.DEBUG) as failure:
        check_model(SHIPPED, PERSON_MODEL)
    if failure.error is not None:
        said = in_words(failure.error)
        yield wrong("model", (said, said), Mend.MODEL, subject=PERSON_MODEL)
    else:
        yield ok("model", "passes its golden picture", "通过标准图片", subject=PERSON_MODEL)


def _prices(settings: EdgeSettings, kinds: set[str]) -> Iterator[Checked]:
    if settings.profile.till is None or ArtifactKind.PRICE_LIST in kinds:
        return
    if settings.profile.kind is DeviceKind.CART:
        yield wrong("prices", ("no price list was sent", "未收到价目表"), Mend.PRICES)
    else:
        told = "no price list was sent; each sale tells its prices"
        yield untried("prices", told, "未收到价目表；价格由每笔销售给出")


def photos_in(folder: Path) -> int:
    """How many pictures lie in a folder. Raises OSError."""
    return sum(path.suffix.lower() in (".jpg", ".jpeg", ".png") for path in folder.iterdir())
