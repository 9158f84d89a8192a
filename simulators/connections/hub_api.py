"""The hub's HTTP API as the demonstration uses it: master data, logins, tokens, what it has."""

from collections.abc import Iterable
from http import HTTPStatus
from pathlib import Path
from typing import Any

import aiohttp

from device_profiles.store import ChainProfile, LoginRole
from simulators.core.errors import HubRefused
from simulators.core.logins import DemoLogin
from simulators.core.waiting import until

ADMIN_TOKEN_FILE = "admin-token"  # noqa: S105 - a file's name


class HubApi:
    """Requests to one hub under one token."""

    def __init__(self, session: aiohttp.ClientSession, url: str, token: str = "") -> None:
        self.url = url
        self._session = session
        self._token = token

    def with_token(self, token: str) -> "HubApi":
        """The same hub under another token."""
        return HubApi(self._session, self.url, token)

    async def wait_healthy(self, within_s: float) -> None:
        """Returns as soon as the hub answers.  Raises TookTooLong."""
        await until(
            self._is_healthy,
            within_s=within_s,
            or_else=f"the hub at {self.url} did not answer in {within_s:g} s",
        )

    async def _is_healthy(self) -> bool:
        try:
            async with self._session.get(f"{self.url}/healthz") as answer:
                return answer.status == HTTPStatus.OK
        except aiohttp.ClientError:
            return False

    async def load(self, chain: ChainProfile) -> None:
        """The chain is the hub's master data."""
        await self._post("/api/v1/master-data", chain.model_dump(mode="json"))

    async def show_references(self, tenant_id: str, pictures: Iterable[Path]) -> None:
        """These pictures, in folders named after their GTIN, stand beside questions."""
        for picture in pictures:
            path = f"/api/v1/references/{picture.parent.name}"
            query = {"tenant": tenant_id, "origin": "pack shot"}
            async with self._session.put(
                self.url + path, params=query, data=picture.read_bytes(), headers=self._headers()
            ) as answer:
                if answer.status >= HTTPStatus.BAD_REQUEST:
                    raise HubRefused(await _refusal(answer, path))

    async def make_login(self, tenant_id: str, login: DemoLogin) -> None:
        """A person may log in."""
        document = {
            "tenant_id": tenant_id,
            "login_name": login.name,
            "password": login.password,
            "role": login.role.value,
            "scope_id": login.scope_id,
        }
        await self._post("/api/v1/logins", document)

    async def make_read_token(self, tenant_id: str, name: str) -> str:
        """A token with which a program may read all that the head office reads."""
        document = {"tenant_id": tenant_id, "name": name, "role": LoginRole.HEAD_OFFICE.value}
        answer = await self._post("/api/v1/tokens", document)
        return str(answer["token"])

    async def get(self, path: str, **query: str) -> Any:  # noqa: ANN401 - any JSON document
        """The JSON document at a path.  Raises HubRefused."""
        async with self._session.get(
            self.url + path, params=query, headers=self._headers()
        ) as answer:
            if answer.status != HTTPStatus.OK:
                raise HubRefused(await _refusal(answer, path))
            return await answer.json()

    async def _post(self, path: str, document: dict[str, Any]) -> dict[str, Any]:
        async with self._session.post(
            self.url + path, json=document, headers=self._headers()
        ) as answer:
            if answer.status >= HTTPStatus.BAD_REQUEST:
                raise HubRefused(await _refusal(answer, path))
            if answer.status == HTTPStatus.NO_CONTENT:
                return {}
            found = await answer.json()
            return found if isinstance(found, dict) else {}

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"} if self._token else {}


async def _refusal(answer: aiohttp.ClientResponse, path: str) -> str:
    text = " ".join((await answer.text()).split())[:300]
    return f"the hub answered {answer.status} to {path}: {text}"


async def admin_token(hub_folder: Path, within_s: float) -> str:
    """The write token that a hub mints on its first start.  Raises TookTooLong."""
    path = hub_folder / ADMIN_TOKEN_FILE

    async def is_there() -> bool:
        return path.is_file() and bool(path.read_text(encoding="ascii").strip())

    await until(
        is_there, within_s=within_s, or_else=f"the hub has not written {path} in {within_s:g} s"
    )
    return path.read_text(encoding="ascii").strip()
