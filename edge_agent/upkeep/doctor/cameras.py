"""Cameras: each opened and one picture looked at; of a running agent, what its own parts say."""

from pathlib import Path
from typing import TYPE_CHECKING

from device_profiles.camera import Camera, SourceKind
from device_profiles.failures import in_words
from edge_agent.core.errors import SourceUnusable
from edge_agent.core.health import PartHealth, PartState
from edge_agent.settings import EdgeSettings
from edge_agent.upkeep.doctor.finding import Checked, Mend, ok, untried, wrong
from edge_agent.upkeep.doctor.machine import photos_in

if TYPE_CHECKING:
    from vision_models.core.frame import Image

DARK_BELOW = 12.0
"""Mean brightness of 255, as `picture-dark` has it."""


def look_through(settings: EdgeSettings, *, is_running: bool) -> tuple[Checked, ...]:
    """Each camera of the profile. Blocks for as long as a source takes to answer. A camera plugged
    into this machine is not opened where the agent already has it (`is_running`)."""
    return tuple(_look(settings, camera, is_running) for camera in settings.profile.cameras)


def as_parts_say(settings: EdgeSettings, parts: tuple[PartHealth, ...]) -> tuple[Checked, ...]:
    """Each camera of the profile, as the running agent's parts see it."""
    known = {part.name: part for part in parts}
    return tuple(_told(camera.camera_id, known) for camera in settings.profile.cameras)


def _told(name: str, known: dict[str, PartHealth]) -> Checked:
    part = known.get(name)
    if part is None or part.state is PartState.STARTING:
        return untried("camera", "only just starting", "正在启动", subject=name)
    if part.state in (PartState.LOST, PartState.LATE):
        said = part.detail or part.state.value
        return wrong("camera", (said, said), Mend.CAMERA, subject=name)
    said = f"{part.state.value}, {part.age_s or 0:.0f} s ago"
    return ok("camera", said, f"{part.age_s or 0:.0f} 秒前正常", subject=name)


def _look(settings: EdgeSettings, camera: Camera, is_running: bool) -> Checked:
    name, source = camera.camera_id, camera.source
    if source.kind is SourceKind.IMAGE_FOLDER:
        return _folder(name, settings.resolve(source.address))
    if source.kind is SourceKind.LOCAL and is_running:
        return untried(
            "camera",
            "the running agent has it: see its page",
            "正由程序使用：请看本机页面",
            subject=name,
        )
    address = source.address
    if source.kind is SourceKind.VIDEO_FILE:
        address = str(settings.resolve(address))
    return _live(camera, address)


def _folder(name: str, folder: Path) -> Checked:
    try:
        count = photos_in(folder)
    except OSError as error:
        said = in_words(error)
        return wrong(
            "camera", (f"{folder}: {said}", f"{folder}: {said}"), Mend.CAMERA, subject=name
        )
    return ok(
        "camera", f"{count} pictures in its folder", f"文件夹中有 {count} 张照片", subject=name
    )


def _live(camera: Camera, address: str) -> Checked:
    from edge_agent.drivers.cameras import open_capture

    name = camera.camera_id
    try:
        capture = open_capture(camera, address)
    except SourceUnusable as error:
        return wrong("camera", (str(error), str(error)), Mend.CAMERA, subject=name)
    try:
        picture = capture.read()
    finally:
        capture.close()
    if picture is None:
        told = ("it opens and gives no picture", "可打开但没有画面")
        return wrong("camera", told, Mend.CAMERA, subject=name)
    return _judged(camera, picture)


def _judged(camera: Camera, picture: "Image") -> Checked:
    name, (height, width) = camera.camera_id, picture.shape[:2]
    size = f"{width}×{height}"
    if (width, height) != (camera.width_px, camera.height_px):
        wanted = f"{camera.width_px}×{camera.height_px}"
        told = (f"{size}, the profile says {wanted}", f"{size}，配置为 {wanted}")
        return wrong("camera", told, Mend.PICTURE, subject=name)
    if float(picture.mean()) < DARK_BELOW:
        return wrong("camera", (f"{size}, all dark", f"{size}，画面全黑"), Mend.LIGHT, subject=name)
    return ok("camera", size, size, subject=name)
