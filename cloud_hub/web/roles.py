"""What roles are called, and where each lands."""

from cloud_hub.access.viewer import Viewer
from cloud_hub.web.words import Words
from device_profiles.store import LoginRole


def role_name(role: LoginRole, words: Words) -> str:
    """The role in the reader's language."""
    return {
        LoginRole.HEAD_OFFICE: words("Head office"),
        LoginRole.BRAND: words("Brand"),
        LoginRole.STORE: words("Store"),
        LoginRole.TECHNICIAN: words("Technician"),
        LoginRole.IT: words("IT"),
    }[role]


def landing(viewer: Viewer) -> str:
    """The first page of a role: the head office's home, a brand's board, the fleet; a store's own
    page, or home with all of them for who has several."""
    if viewer.role is LoginRole.STORE and viewer.only_store is not None:
        return f"/store/{viewer.only_store}"
    return {
        LoginRole.HEAD_OFFICE: "/",
        LoginRole.STORE: "/",
        LoginRole.BRAND: "/brand",
    }.get(viewer.role, "/fleet")
