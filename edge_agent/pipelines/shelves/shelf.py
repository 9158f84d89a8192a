"""The shelf and the cooler: one camera's photos, from a folder or by plan, and what the agent
shows and lets the hub change of them."""

import asyncio
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, TypeAdapter

from edge_agent.core.remote import Remote
from edge_agent.core.seen import Seen
from edge_agent.pipelines.shelves.photo_folder import PhotoFolder
from edge_agent.pipelines.shelves.photo_intake import PhotoIntake
from edge_agent.pipelines.shelves.photo_plan import PhotoPlan
from edge_agent.pipelines.shelves.planned_photos import PlannedPhotos

INTERVAL_MIN = TypeAdapter(Annotated[int, Field(ge=0, le=24 * 60)])


@dataclass(slots=True, kw_only=True)
class ShelfWatch:
    """Photographs the fixtures in one camera's view: `source` brings what `intake` takes."""

    source: PhotoFolder | PlannedPhotos
    intake: PhotoIntake
    plan: PhotoPlan

    def __post_init__(self) -> None:
        """Expects a photo every interval."""
        late_s = _late_s(self.plan.interval_min)
        self.intake.health.expect(self.intake.camera_id, late_after_s=late_s)

    async def run(self, stop: asyncio.Event) -> None:
        """Photographs until told to stop."""
        await self.intake.recall()
        await self.source.run(stop)

    def add_settings(self, remote: Remote) -> None:
        """The interval may be wanted otherwise while this runs, and a photo may be asked for."""
        remote.setting(
            "photo_interval_min", INTERVAL_MIN, self.plan.interval_min, self.set_interval
        )
        remote.photographers[self.intake.camera_id] = self.source.take_now

    def set_interval(self, interval_min: int) -> None:
        """From now on a photo every `interval_min`."""
        self.plan.interval_min = interval_min
        late_s = _late_s(interval_min)
        self.intake.health.allow(self.intake.camera_id, late_after_s=late_s)

    def door_closed(self) -> None:
        """The cooler's door was closed: where the plan says so, a photo is due soon."""
        self.plan.note_closed_door(self.intake.clock.monotonic_s())

    def accept_view(self) -> None:
        """Where the camera looks now is where it should."""
        view = self.intake.sight.view
        if view is not None:
            view.accept()

    def sight(self) -> tuple[Seen, ...]:
        """The last photo's figures, for the device's own page."""
        latest = self.intake.latest
        if latest is None:
            return ()
        age_s = (self.intake.clock.now() - latest.taken_at).total_seconds()
        return (
            Seen(en="picture", zh="画面", value=latest.quality, age_s=age_s),
            Seen(en="facings", zh="排面", value=str(latest.facings), age_s=age_s),
            Seen(en="gaps", zh="空位", value=str(latest.gaps), age_s=age_s),
        )

    def picture(self) -> bytes | None:
        """The last photo as JPEG."""
        latest = self.intake.latest
        if latest is None:
            return None
        path = self.intake.media.path(latest.sha256)
        return path.read_bytes() if path.is_file() else None


def _late_s(interval_min: int) -> float:
    """From when no photo is late; a day where none comes at intervals."""
    return 90.0 * (interval_min or 24 * 60)
