"""A person who answers questions about pictures, by what truly stood there.

Packs that no list holds are left for whoever looks at the demonstration.
"""

import asyncio
import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import aiohttp

from simulators.chain.goods import demonstration_goods
from simulators.chain.lobby import lobby_fixture_id
from simulators.chain.script import Script
from simulators.core.logins import DemoLogin
from simulators.day.photos import slots_at
from simulators.playback.lobby_day import LobbyCooler

log = logging.getLogger(__name__)

LOOKS_EVERY_S = 6.0
WORTH_WAITING = (aiohttp.ClientError, TimeoutError)


class Reviewer:
    """Signs in by the console's door, as people do, and answers over the API."""

    def __init__(
        self, url: str, login: DemoLogin, script: Script, lobbies: Iterable[LobbyCooler] = ()
    ) -> None:
        self._lobbies = {lobby_fixture_id(lobby.store_id): lobby for lobby in lobbies}
        self._url = url
        self._login = login
        self._script = script
        self._listed = {good.gtin for good in demonstration_goods()}

    async def run(self) -> None:
        """Answers for ever; what cannot be answered now is tried again."""
        # Its own cookies, also from a hub that has no name but an address.
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(headers={"Origin": self._url}, cookie_jar=jar) as http:
            is_in = False
            while True:
                try:
                    is_in = is_in or await self._sign_in(http)
                    await self._answer_all(http)
                except WORTH_WAITING:
                    log.info("the hub does not answer", extra={"action": "review"})
                await asyncio.sleep(LOOKS_EVERY_S)

    async def _sign_in(self, http: aiohttp.ClientSession) -> bool:
        form = {"name": self._login.name, "password": self._login.password}
        async with http.post(f"{self._url}/login", data=form, allow_redirects=False) as answer:
            return "problem" not in answer.headers.get("location", "problem")

    async def _answer_all(self, http: aiohttp.ClientSession) -> None:
        """Every question once, from the first to the last."""
        seen: set[str] = set()
        after = ""
        while True:
            query = {"after": after} if after else {}
            async with http.get(f"{self._url}/api/v1/views/review", params=query) as answer:
                if answer.status != 200:
                    return
                question = (await answer.json())["question"]
            if question is None or question["item_id"] in seen:
                return
            after = question["item_id"]
            seen.add(after)
            if (gtin := self.truth_of(question)) is not None:
                said = {"answer": "sku", "gtin": gtin}
                async with http.post(f"{self._url}/api/v1/review/{after}", json=said) as answer:
                    log.debug("answered %s: %s", after, answer.status)

    def truth_of(self, question: dict[str, Any]) -> str | None:
        """The listed product that stood there; None for a pack that no list holds, or a gap."""
        taken_at = datetime.fromisoformat(question["photo"]["taken_at"])
        lobby, slot_id = self._lobbies.get(question["fixture_id"]), question["slot_id"]
        if lobby is not None:
            return lobby.stood_in(slot_id, taken_at)
        stood = slots_at(question["store_id"], taken_at, self._script).get(slot_id)
        return stood if stood in self._listed else None
