"""What shoppers show at a till: sealed for the hub before anything is written. What is no handle is
nobody, and without the hub's key nothing is kept: a receipt never waits for it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from device_profiles.values.handles import normal_form
from edge_agent.settings import EdgeSettings
from edge_agent.till.requests import IdentityRequest
from sync.core.sealed_handles import UnreadableHandle, seal
from sync.events import ShopperIdentity
from sync.link.credentials import load_credentials

NO_KEY = (
    "not kept: this till has no key of its hub yet, which it gets when it first reaches it; the"
    " receipt is booked without the shopper"
)


def no_key() -> str | None:
    """For a till without a hub."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandleSealer:
    """Seals with the hub's public key, as soon as there is one; `country` is where telephone
    numbers are that do not say so."""

    key: Callable[[], str | None] = no_key
    country: str | None = None

    def sealed(
        self, shown: Sequence[IdentityRequest]
    ) -> tuple[tuple[ShopperIdentity, ...], list[str]]:
        """The handles as they may be written, and what to say of those that are not."""
        kept: list[ShopperIdentity] = []
        warnings: list[str] = []
        key = self.key() if shown else None
        for one in shown:
            if normal_form(one.kind, one.value, self.country) is None:
                warnings.append(f"{one.kind}: what was given says nobody")
                continue
            try:
                if key is None:
                    raise UnreadableHandle(NO_KEY)
                kept.append(ShopperIdentity(kind=one.kind, value=seal(one.value, key)))
            except UnreadableHandle as error:
                warnings.append(f"{one.kind}: {error}")
        return tuple(kept), warnings


def hubs_key(settings: EdgeSettings) -> Callable[[], str | None]:
    """The hub's key for handles, from the credentials as soon as they are there."""
    known: list[str] = []

    def key() -> str | None:
        if not known and settings.hub_url is not None:
            kept = load_credentials(settings.data_dir, settings.claim, settings.hub_url)
            if kept is not None and kept.handle_key is not None:
                known.append(kept.handle_key)
        return known[0] if known else None

    return key
