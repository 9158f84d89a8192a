"""Asks the agent that runs on this machine how it does, as a container's health check does."""

import http.client
import json
from typing import Final

from device_profiles.device import DeviceProfile
from edge_agent.core.errors import EdgeError

PATIENCE_S: Final = 10.0
EVERYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared, not listened on


class NotHealthy(EdgeError):
    """No agent answers, or it does not say that it is well."""


def ask_agent(profile: DeviceProfile) -> str:
    """What the agent with this profile says of itself, in one line. Raises NotHealthy."""
    if profile.till is not None:
        host, port = profile.till.host, profile.till.port
    else:
        host, port = profile.page_host, profile.page_port
    if not port:
        raise NotHealthy("the profile has neither a [till] nor a page_port: nobody can be asked")
    host = EVERYWHERE.get(host, host)
    try:
        door = http.client.HTTPConnection(host, port, timeout=PATIENCE_S)
        door.request("GET", "/healthz")
        answer = door.getresponse()
        said = json.loads(answer.read())
        line = f"{said['status']}: {said['device']}, hub {said['link']}, {said['waiting']} waiting"
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError) as error:
        raise NotHealthy(f"no agent answers at {host}:{port}: {error}") from error
    if answer.status != http.HTTPStatus.OK or said["device"] != profile.device_id:
        raise NotHealthy(line)
    return line
