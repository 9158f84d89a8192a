"""A piece of a page that the server redraws; the browser merges what changed."""

from markupsafe import Markup
from nicegui.element import Element


class Region(Element, component="region.js"):
    """Shows markup made by `cloud_hub.console`, which escapes all data."""

    def __init__(self, content: Markup) -> None:
        super().__init__()
        self._props["content"] = content

    def show(self, content: Markup) -> None:
        """Draws `content` unless it is there already."""
        if self._props["content"] != content:
            self._props["content"] = content
            self.update()
