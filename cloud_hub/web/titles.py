"""What pages are called."""

from cloud_hub.access.viewer import Page
from cloud_hub.web.words import Words


def page_title(page: Page, words: Words) -> str:
    """A page's name in the browser's tab."""
    return {
        Page.HOME: words("Overview"),
        Page.FOOTFALL: words("Footfall"),
        Page.STORE: words("Store"),
        Page.SHELF: words("Shelf"),
        Page.BRAND: words("Brand"),
        Page.DEVICE: words("Device"),
        Page.FLEET: words("Devices"),
        Page.TASKS: words("Tasks"),
        Page.REVIEW: words("Review"),
        Page.STORES: words("Stores"),
    }[page]
