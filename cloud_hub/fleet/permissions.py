"""Who may command devices."""

from cloud_hub.access.viewer import Viewer
from device_profiles.store import LoginRole

ACTORS = frozenset({LoginRole.IT, LoginRole.TECHNICIAN})


def may_act(viewer: Viewer) -> bool:
    """Whether the viewer may tell devices what to do: IT and technicians themselves, not somebody
    who only looks through their eyes."""
    return viewer.role in ACTORS and not viewer.is_guise
