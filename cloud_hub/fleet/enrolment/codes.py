"""Claim codes: what a device is told so that it finds and knows this hub."""

from cloud_hub.core.errors import Refused
from cloud_hub.core.keys.authority import open_authority
from cloud_hub.core.settings import HubSettings
from cloud_hub.master_data.place_tables import DeviceRow
from device_profiles.claim_code import ClaimCode, InvalidClaimCode, encode


def address_for_devices(settings: HubSettings) -> str:
    """Where devices reach this hub, as far as its own settings tell: by the first name it goes by.
    Behind a proxy the port is HTTPS's own."""
    host = settings.server_names[0]
    name = f"[{host}]" if ":" in host else host
    if settings.trusted_proxies:
        return f"https://{name}"
    scheme = "https" if settings.speaks_tls else "http"
    return f"{scheme}://{name}:{settings.http.port}"


def code_for(settings: HubSettings, device: DeviceRow, token: str, hub_url: str) -> str:
    """The code for this device at that address of the hub. Where the hub shows a certificate that
    others signed (its operator's, or a proxy's), devices verify it as every machine does. Raises
    Refused (422) for an address that a device would not speak to."""
    is_public = settings.tls_cert is not None or bool(settings.trusted_proxies)
    code = ClaimCode(
        hub_url=hub_url.rstrip("/"),
        tenant=device.tenant_id,
        device=device.device_id,
        claim_token=token,
        fingerprint=None if is_public else open_authority(settings).known_by,
    )
    try:
        return encode(code)
    except InvalidClaimCode as error:
        raise Refused(
            f"{hub_url!r} is no address for devices; write https://HOST:PORT", status=422
        ) from error
