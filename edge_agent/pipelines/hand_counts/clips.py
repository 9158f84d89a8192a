"""The clips of a device: a film and what was counted in it, in one folder, each with its end."""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from device_profiles.camera import Point
from device_profiles.names import Identifier

FILM = ".webm"
UNFINISHED = ".part.webm"

log = logging.getLogger(__name__)


class CountedCrossing(BaseModel):
    """One crossing that the device counted, at so many seconds of the clip."""

    model_config = ConfigDict(frozen=True)

    at_s: float
    is_entry: bool


class Clip(BaseModel):
    """What stands beside a film. `start`/`end`: the line's, x and y 0..1 of the frame."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    clip_id: Identifier
    camera_id: Identifier
    line_id: Identifier
    start: Point
    end: Point
    started_at: AwareDatetime
    expires_at: AwareDatetime
    seconds: float
    width_px: int
    height_px: int
    crossings: tuple[CountedCrossing, ...] = ()


@dataclass(frozen=True, slots=True)
class ClipShelf:
    """The folder of the clips. Nothing in it is ever sent anywhere."""

    folder: Path

    def film(self, clip_id: str) -> Path:
        """Where the clip's film stands."""
        return self.folder / f"{clip_id}{FILM}"

    def unfinished_film(self, clip_id: str) -> Path:
        """Where the film grows until it is whole."""
        return self.folder / f"{clip_id}{UNFINISHED}"

    def keep(self, clip: Clip) -> None:
        """The finished film gets its name and its paper; before that there is no clip."""
        paper = self._paper(clip.clip_id)
        part = paper.with_suffix(".part")
        part.write_text(clip.model_dump_json(), encoding="utf-8")
        self.unfinished_film(clip.clip_id).replace(self.film(clip.clip_id))
        part.replace(paper)

    def clips(self) -> list[Clip]:
        """Every whole clip, the newest first."""
        found = [clip for path in self.folder.glob("*.json") if (clip := _read(path)) is not None]
        return sorted(found, key=lambda clip: clip.started_at, reverse=True)

    def find(self, clip_id: str) -> Clip | None:
        """The clip of that name; None where there is none."""
        return next((clip for clip in self.clips() if clip.clip_id == clip_id), None)

    def delete(self, clip_id: str) -> None:
        """The clip is gone, film first."""
        self.film(clip_id).unlink(missing_ok=True)
        self._paper(clip_id).unlink(missing_ok=True)

    def sweep(self, now: datetime, *, growing: Collection[str] = ()) -> int:
        """Deletes what has had its time, and what no recording finished; how many clips went."""
        kept = {clip.clip_id for clip in self.clips() if clip.expires_at > now}
        gone = [clip.clip_id for clip in self.clips() if clip.clip_id not in kept]
        for clip_id in gone:
            self.delete(clip_id)
        wanted = {self.film(name) for name in kept} | {
            self.unfinished_film(name) for name in growing
        }
        for path in self.folder.glob(f"*{FILM}"):
            if path not in wanted:
                path.unlink(missing_ok=True)
        return len(gone)

    def _paper(self, clip_id: str) -> Path:
        return self.folder / f"{clip_id}.json"


def _read(path: Path) -> Clip | None:
    try:
        return Clip.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        log.warning("clip %s cannot be read: %s", path.name, error, extra={"action": "audit"})
        return None
