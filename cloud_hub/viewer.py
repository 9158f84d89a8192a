"""Who is looking, and what that role may see: the only place where a role becomes SQL conditions.

A head office, a technician and IT see the whole chain; a store login sees its own store; a brand
sees its own products everywhere, and everything inside the coolers it owns. What a brand may not
see by name (rivals on a retailer's own shelf) is decided here too.
"""

from dataclasses import dataclass
from enum import StrEnum

from cloud_hub.errors import Refused
from device_profiles.store import LoginRole


class Page(StrEnum):
    """The pages of the console."""

    HOME = "home"
    STORE = "store"
    SHELF = "shelf"
    BRAND = "brand"
    DEVICE = "device"
    FLEET = "fleet"
    TASKS = "tasks"


class NotYours(Refused):
    """This login may not see that."""

    def __init__(self, message: str) -> None:
        super().__init__(message, status=403)


class NotFound(Refused):
    """There is no such thing for this login."""

    def __init__(self, message: str) -> None:
        super().__init__(message, status=404)


_PAGES: dict[LoginRole, frozenset[Page]] = {
    LoginRole.HEAD_OFFICE: frozenset(Page),
    LoginRole.IT: frozenset(
        {Page.HOME, Page.STORE, Page.SHELF, Page.DEVICE, Page.FLEET, Page.TASKS}
    ),
    LoginRole.TECHNICIAN: frozenset({Page.FLEET, Page.DEVICE, Page.TASKS}),
    LoginRole.STORE: frozenset({Page.STORE, Page.SHELF, Page.TASKS, Page.FLEET, Page.DEVICE}),
    LoginRole.BRAND: frozenset({Page.BRAND, Page.SHELF}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """A signed-in person or program. `scope_id` is the store or the brand that the role is bound
    to; `None` where the role sees the whole chain. `language` is `en` or `zh`."""

    tenant_id: str
    login_name: str
    role: LoginRole
    scope_id: str | None
    language: str = "en"

    @property
    def pages(self) -> frozenset[Page]:
        """The pages this role may open."""
        return _PAGES[self.role]

    @property
    def store_id(self) -> str | None:
        """The one store this login is bound to, if it is."""
        return self.scope_id if self.role is LoginRole.STORE else None

    @property
    def brand_id(self) -> str | None:
        """The one brand this login is bound to, if it is."""
        return self.scope_id if self.role is LoginRole.BRAND else None

    def may_open(self, page: Page) -> None:
        """Nothing. Raises NotYours where this role has no such page."""
        if page not in self.pages:
            raise NotYours(f"a {self.role.value} login has no {page.value} page")
