"""Who may change master data by hand."""

from typing import Final

from cloud_hub.access.viewer import Viewer
from device_profiles.store import LoginRole

EDITORS: Final = frozenset({LoginRole.HEAD_OFFICE, LoginRole.IT})


def may_edit_master_data(viewer: Viewer) -> bool:
    """Head office and IT themselves, not somebody who only looks through their eyes."""
    return viewer.role in EDITORS and not viewer.is_guise
