"""One try at a code or at one's own password: slowed down, judged, and noted where it fails."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response

from cloud_hub.access.refusals import Refusal, Refusals
from cloud_hub.access.throttle import Patience
from cloud_hub.core.hub import Hub
from cloud_hub.web.live.shell import Sheet, page_response
from cloud_hub.web.markup import Markup
from cloud_hub.web.refused import address_of, note_refusals
from cloud_hub.web.visit import language_asked
from cloud_hub.web.words import UTC, Words

Result = TypeVar("Result")
LONGEST_CODE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """Who tries. By the login alone, from wherever: who tries codes has its password already, so
    that many addresses are no way round."""

    tenant_id: str
    login_name: str
    address: str

    @classmethod
    def of(cls, tenant_id: str, login_name: str, request: Request) -> "Try":
        """A try at a login's code."""
        return cls(tenant_id=tenant_id, login_name=login_name, address=address_of(request))

    @property
    def pair(self) -> str:
        """The login."""
        return f"{self.tenant_id} {self.login_name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trying:
    """What tries are judged with: the same patience at the door and on the account page."""

    hub: Hub
    refusals: Refusals
    patience: Patience

    async def judge(self, one: Try, do: Callable[[], Result | None], words: Words) -> Result | str:
        """What `do` returns, called in a thread; one line in the reader's words where it returns
        None, or where the login has to wait."""
        now = self.hub.clock.now()
        if (wait_s := self.patience.wait_s(one, now)) > 0:
            await self._note(one, "second-factor-throttled")
            seconds = str(int(wait_s) + 1)
            return words("Too many tries. Wait {seconds} s, then try again.", seconds=seconds)
        # Counted before it is judged, so that many tries at once do not all slip through.
        self.patience.failed(one, now)
        done = await asyncio.to_thread(do)
        if done is None:
            await self._note(one, "second-factor-refused")
            return words("That is wrong, too old, or was used already.")
        self.patience.succeeded(one)
        return done

    async def _note(self, one: Try, action: str) -> None:
        refusal = Refusal(
            tenant_id=one.tenant_id,
            actor=one.login_name,
            action=action,
            subject=one.login_name,
            address=one.address,
        )
        await note_refusals(self.hub, self.refusals, refusal)


def words_of(request: Request) -> Words:
    """The words of who asks, in the browser's language."""
    return Words(language_asked(request), UTC)


def card_response(hub: Hub, request: Request, title: str, content: Markup) -> Response:
    """A page without a bar."""
    words = words_of(request)
    sheet = Sheet(title=title, words=words, now=hub.clock.now(), content=content)
    return page_response(sheet, request)
