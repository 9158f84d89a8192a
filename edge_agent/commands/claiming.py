"""`aisle edge claim`: a device gets in by its claim code."""

import asyncio
from pathlib import Path

from device_profiles.claim_code import decode, encode
from device_profiles.failures import in_words
from edge_agent.core.errors import InvalidSettings
from edge_agent.settings import CODE_FILE
from sync.core.errors import ClaimRefused
from sync.core.failpoints import Failpoint, reach
from sync.core.private import write_private
from sync.link.credentials import DeviceClaim, DeviceCredentials, claim_secret, claim_with_key
from sync.link.trust.hub_http import ODD


async def claim_here(text: str, data_dir: Path) -> DeviceCredentials:
    """What the hub gives for the code, kept in the folder with the code itself.

    Raises InvalidClaimCode, and InvalidSettings with one line where it does not come to that.
    """
    code = decode(text)
    claim = DeviceClaim(
        tenant=code.tenant,
        device=code.device,
        claim_token=code.claim_token,
        fingerprint=code.fingerprint,
    )
    try:
        secret = await asyncio.to_thread(claim_secret, data_dir)
        claimed = await claim_with_key(data_dir, code.hub_url, claim, secret)
        reach(Failpoint.ENROL_BEFORE_CODE)
        await asyncio.to_thread(write_private, data_dir / CODE_FILE, encode(code))
    except ClaimRefused as error:
        raise InvalidSettings(str(error)) from error
    except ODD as error:
        raise InvalidSettings(f"no hub answers at {code.hub_url}: {in_words(error)}") from error
    return claimed
