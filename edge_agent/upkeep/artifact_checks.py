"""What a file that was sent must pass before a device uses it: the check of each kind."""

from collections.abc import Callable
from pathlib import Path
from random import Random

from device_profiles.artifact import ArtifactKind, read_planograms, read_price_list
from device_profiles.device import DeviceProfile
from edge_agent.core.errors import EdgeError
from edge_agent.core.remote import Remote
from edge_agent.settings import MB, EdgeSettings
from edge_agent.upkeep.updates import FIRST_WAIT_S, Check, Updates
from sync.artifacts.slots import Slots
from sync.core.clock import Clock
from sync.link.credentials import DeviceCredentials, load_credentials
from sync.link.reconnect import Reconnect

EMBEDDING = "sku-embedding"


class Unfit(EdgeError):
    """A file that is whole, and of no use on this device."""


def updates_of(settings: EdgeSettings, *, remote: Remote, clock: Clock, rng: Random) -> Updates:
    """The artifacts of the device that `settings` describe."""
    profile, folder = settings.profile, settings.artifacts_dir

    def credentials() -> DeviceCredentials | None:
        if settings.hub_url is None:
            return None
        return load_credentials(settings.data_dir, settings.claim, settings.hub_url)

    updates = Updates(
        slots=Slots(folder=folder, quota_bytes=profile.artifact_quota_mb * MB),
        metadata=folder / "metadata",
        checks={},
        credentials=credentials,
        remote=remote,
        clock=clock,
        retry=Reconnect(rng, spread_s=FIRST_WAIT_S, cap_s=profile.reconnect_cap_s),
    )
    updates.checks = checks_for(profile, updates.manifest_of)
    return updates


def checks_for(
    profile: DeviceProfile, manifest_of: Callable[[str], Path | None]
) -> dict[str, Check]:
    """The checks of a device by kind; what it has no use for is missing. `manifest_of` finds the
    manifest of a model that was sent."""
    checks: dict[str, Check] = {}
    if profile.till is not None:
        currency = profile.till.currency

        def check_prices(name: str, path: Path) -> None:
            listed = read_price_list(path)
            if listed.currency != currency:
                raise Unfit(f"its prices are in {listed.currency}, this till sells in {currency}")

        checks[ArtifactKind.PRICE_LIST] = check_prices
    if profile.cameras:
        checks[ArtifactKind.PLANOGRAM] = lambda name, path: _check_plans(profile, path)
        checks[ArtifactKind.MODEL] = _check_model
        checks[ArtifactKind.GALLERY] = lambda name, path: _check_gallery(
            path, manifest_of(EMBEDDING)
        )
    return checks


def _check_plans(profile: DeviceProfile, path: Path) -> None:
    fixtures = {fixture.fixture_id for fixture in profile.fixtures}
    planned = {plan.fixture_id for plan in read_planograms(path).planograms}
    if not planned & fixtures:
        raise Unfit(
            f"it plans {', '.join(sorted(planned))}; this device sees"
            f" {', '.join(sorted(fixtures)) or 'no fixture'}"
        )


def _check_model(name: str, path: Path) -> None:
    """The hash, the manifest, and the golden picture."""
    from vision_models.networks.detector import check_model

    check_model(path / "models.toml", name.rpartition("/")[2])


def _check_gallery(path: Path, manifest: Path | None) -> None:
    """It opens with the embedding in use, and knows something."""
    from vision_models.naming.gallery import Gallery
    from vision_models.networks.embedding import Embedder
    from vision_models.networks.models import SHIPPED

    gallery = Gallery.open(path, Embedder.shipped(manifest=manifest or SHIPPED))
    if not gallery.gtins:
        raise Unfit("it knows no product")
