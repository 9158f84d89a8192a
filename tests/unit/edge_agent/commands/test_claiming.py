"""`aisle edge claim`, and what an agent is started with afterwards."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from cloud_hub.core.keys.authority import open_authority
from cloud_hub.fleet.trust.server_tls import ServerTls
from device_profiles.claim_code import ClaimCode, InvalidClaimCode, encode
from edge_agent.commands.claiming import claim_here
from edge_agent.core.errors import InvalidSettings
from edge_agent.settings import CODE_FILE, load_settings
from sync.link.credentials import FILE_NAME
from tests.running_hub import running_hub, served
from tests.talking_device import small_chain


@pytest.fixture
async def code(tmp_path: Path, free_port: Callable[[], int]) -> AsyncIterator[ClaimCode]:
    async with running_hub(tmp_path / "hub", port=free_port()) as hub:
        await hub.load(small_chain())
        async with served(hub, free_port(), tls=ServerTls(hub.hub.settings)) as url:
            yield ClaimCode(
                hub_url=url,
                tenant="linguang",
                device="s01-till",
                claim_token="claim-token-s01-till",
                fingerprint=open_authority(hub.hub.settings).known_by,
            )


def profile(folder: Path, **more: str) -> Path:
    told = {"tenant_id": "linguang", "store_id": "s01", "device_id": "s01-till", "kind": "till"}
    lines = [f'{name} = "{value}"' for name, value in (told | more).items()]
    path = folder / "till.toml"
    path.write_text("\n".join(lines) + "\n[till]\n")
    return path


async def test_a_device_claims_by_its_code_and_its_agent_knows_the_hub(
    code: ClaimCode, tmp_path: Path
) -> None:
    data = tmp_path / "till"
    claimed = await claim_here(encode(code), data)
    assert claimed.hub_url == code.hub_url
    assert {path.stat().st_mode & 0o777 for path in data.iterdir()} == {0o600}
    settings = load_settings(profile(tmp_path), data, None)
    assert settings.hub_url == code.hub_url
    assert settings.claim.fingerprint == code.fingerprint


@pytest.mark.parametrize(
    "change", [{"fingerprint": "0" * 64}, {"claim_token": "wrong"}, {"device": "s01-nobody"}]
)
async def test_a_code_that_does_not_fit_leaves_no_credentials(
    code: ClaimCode, tmp_path: Path, change: dict[str, str]
) -> None:
    with pytest.raises(InvalidSettings) as refused:
        await claim_here(encode(replace(code, **change)), tmp_path / "till")
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "till" / FILE_NAME).exists()
    assert not (tmp_path / "till" / CODE_FILE).exists()


async def test_a_hub_that_is_not_there_is_said_in_one_line(
    tmp_path: Path, free_port: Callable[[], int]
) -> None:
    code = ClaimCode(
        hub_url=f"https://127.0.0.1:{free_port()}", tenant="t", device="d", claim_token="x"
    )
    with pytest.raises(InvalidSettings, match="no hub answers"):
        await claim_here(encode(code), tmp_path / "till")


CODE = ClaimCode(
    hub_url="https://hub.example.org", tenant="linguang", device="s01-till", claim_token="x"
)


def test_a_profile_may_hold_the_code_itself(tmp_path: Path) -> None:
    settings = load_settings(profile(tmp_path, claim_code=encode(CODE)), tmp_path / "d", None)
    assert (settings.hub_url, settings.claim.claim_token) == ("https://hub.example.org", "x")


@pytest.mark.parametrize(
    ("told", "hub", "said"),
    [
        ({"claim_code": "aisle1:x"}, None, "not whole"),
        ({"claim_code": encode(replace(CODE, device="s02-till"))}, None, "is for linguang/s02"),
        ({"claim_code": encode(CODE)}, "https://other.example.org", "leave --hub out"),
        ({}, "https://hub.example.org", "neither claim_code nor claim_token"),
        ({"claim_token": "x" * 16}, "http://10.0.0.1:8080", "in clear"),
    ],
)
def test_what_does_not_fit_together_is_said_in_one_line(
    tmp_path: Path, told: dict[str, str], hub: str | None, said: str
) -> None:
    with pytest.raises((InvalidSettings, InvalidClaimCode), match=said):
        load_settings(profile(tmp_path, **told), tmp_path / "d", hub)


def test_a_device_without_a_hub_needs_no_token(tmp_path: Path) -> None:
    assert load_settings(profile(tmp_path), tmp_path / "d", None).hub_url is None
