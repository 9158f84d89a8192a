"""How played devices get in, and real ones whose line is not the straight one: by their claims."""

from dataclasses import replace

import aiohttp

from device_profiles.store import StoreDevice
from simulators.connections.lines import Lines
from simulators.core.places import Places
from sync.link.credentials import DeviceClaim, DeviceCredentials, claim_once, save_credentials


class Enrolment:
    """Credentials by device, claimed once each at the hub itself."""

    def __init__(
        self,
        tenant_id: str,
        places: Places,
        lines: Lines,
        hub_url: str,
        http: aiohttp.ClientSession,
    ) -> None:
        self._tenant_id = tenant_id
        self._places = places
        self._lines = lines
        self._hub_url = hub_url
        self._http = http
        self._claimed: dict[str, DeviceCredentials] = {}

    async def credentials_of(self, device: StoreDevice) -> DeviceCredentials:
        """The device's credentials, with broker and hub as the device itself reaches them.

        Raises ClaimRefused where the hub says no.
        """
        if device.device_id not in self._claimed:
            claim = DeviceClaim(
                tenant=self._tenant_id,
                device=device.device_id,
                claim_token=device.claim_token,
            )
            self._claimed[device.device_id] = await claim_once(self._http, self._hub_url, claim)
        return replace(
            self._claimed[device.device_id],
            brokers=(self._lines.broker_of(device.device_id),),
            hub_url=self._lines.hub_url_of(device.device_id),
        )

    async def hand_over(self, device: StoreDevice) -> None:
        """The device's own folder holds its credentials, for its agent to find."""
        credentials = await self.credentials_of(device)
        save_credentials(self._places.data(device.device_id), credentials)
