"""Footfall of one camera: frames in, crossings and visits out."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from device_profiles.camera import CountingLine, Zone
from vision_models.core.errors import UnusablePicture
from vision_models.core.frame import Frame
from vision_models.networks.detector import Detector
from vision_models.people.detectors import build_detector
from vision_models.people.tracker import Track, Tracker
from vision_models.people.traffic import Traffic, TrafficCounter


class PeopleCounter:
    """Detector, tracker and lines of one camera in one. Feed every frame in order."""

    def __init__(
        self,
        lines: tuple[CountingLine, ...],
        zones: tuple[Zone, ...] = (),
        *,
        width_px: int,
        height_px: int,
        detector: Detector | None = None,
    ) -> None:
        self.size = (width_px, height_px)
        self.detector: Detector = detector or build_detector()
        self.tracker = Tracker(height_px, width_px)
        self.tracks: tuple[Track, ...] = ()
        self._counter = TrafficCounter(lines, zones, width_px=width_px, height_px=height_px)

    def see(self, frame: Frame) -> Traffic:
        """What `frame` completes. Raises UnusablePicture if it is not of the camera's size."""
        height, width = frame.image.shape[:2]
        if (width, height) != self.size:
            raise UnusablePicture(
                f"camera {frame.camera_id} gave {width}×{height}, its profile says"
                f" {self.size[0]}×{self.size[1]}; correct width_px and height_px"
            )
        found = self.detector.detect(frame.image, frame.at_s)
        self.tracks = self.tracker.update(found, frame.at_s)
        return self._counter.update(self.tracks, frame.at_s)

    def finish(self) -> Traffic:
        """What is still open when the source has ended."""
        return self._counter.finish()


@dataclass(slots=True, kw_only=True)
class FootfallCount:
    """People counted in one clip. `seconds` is the clip's time, not the computer's."""

    entries: int = 0
    exits: int = 0
    frames: int = 0
    seconds: float = 0.0
    dwell_s: dict[str, list[float]] = field(default_factory=dict)

    def add(self, traffic: Traffic) -> None:
        """Count what a frame completed."""
        self.entries += sum(crossing.is_entry for crossing in traffic.crossings)
        self.exits += sum(not crossing.is_entry for crossing in traffic.crossings)
        for visit in traffic.visits:
            self.dwell_s.setdefault(visit.zone_id, []).append(visit.dwell_s)


def count_people(
    frames: Iterable[Frame],
    lines: tuple[CountingLine, ...],
    zones: tuple[Zone, ...] = (),
    *,
    detector: Detector | None = None,
    on_seen: Callable[[Frame, tuple[Track, ...], Traffic], None] | None = None,
) -> FootfallCount:
    """Crossings of all `lines` together and stays in each zone, over all of `frames`. `on_seen`
    hears each frame with the tracks alive in it and what it completed.

    Raises UnusablePicture if there is no frame, or if the frames change their size.
    """
    counter: PeopleCounter | None = None
    count = FootfallCount(dwell_s={zone.zone_id: [] for zone in zones})
    first_at_s = 0.0
    for frame in frames:
        if counter is None:
            height, width = frame.image.shape[:2]
            counter = PeopleCounter(
                lines, zones, width_px=width, height_px=height, detector=detector
            )
            first_at_s = frame.at_s
        seen = counter.see(frame)
        count.add(seen)
        if on_seen is not None:
            on_seen(frame, counter.tracks, seen)
        count.frames += 1
        count.seconds = frame.at_s - first_at_s
    if counter is None:
        raise UnusablePicture("the source holds no frame; is it a video or a camera?")
    count.add(counter.finish())
    return count
