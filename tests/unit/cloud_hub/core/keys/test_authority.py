"""The authority's files: made once, kept apart from others, whole after a cut at any point."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from cloud_hub.core.errors import InvalidSettings, UnusableData
from cloud_hub.core.keys.authority import (
    FORMER_KEY_FILE,
    KEY_FILE,
    ROOTS_FILE,
    begin_rotation,
    ensure_authority,
    finish_rotation,
    open_authority,
)
from cloud_hub.core.keys.certificates import fingerprint, key_pem, new_key
from cloud_hub.core.keys.key_store import write_private
from cloud_hub.core.settings import HubSettings

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
NAMES = ("hub.example.org", "127.0.0.1")


@pytest.fixture
def settings(tmp_path: Path) -> HubSettings:
    return HubSettings(data_dir=tmp_path / "hub")


def test_it_is_made_once_for_its_user_alone(settings: HubSettings) -> None:
    made = ensure_authority(settings, NOW)
    made.keep_own(NAMES, NOW)
    made.write_revoked({}, NOW)
    folder = settings.data_dir / "authority"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()} == dict.fromkeys(
        (
            "ca.pem",
            "ca-key.pem",
            "crl.pem",
            "server.pem",
            "server-key.pem",
            "hub.pem",
            "hub-key.pem",
        ),
        0o600,
    )
    assert ensure_authority(settings, NOW + timedelta(days=1)).known_by == made.known_by


def test_a_start_that_was_cut_after_the_key_goes_on(settings: HubSettings) -> None:
    ensure_authority(settings, NOW)
    (settings.data_dir / "authority" / ROOTS_FILE).unlink()
    assert len(ensure_authority(settings, NOW).issuers) == 1


def test_its_own_certificates_are_renewed_at_two_thirds_or_for_other_names(
    settings: HubSettings,
) -> None:
    authority = ensure_authority(settings, NOW)
    assert authority.keep_own(NAMES, NOW) == ["server.pem", "hub.pem"]
    assert authority.keep_own(NAMES, NOW + timedelta(days=200)) == []
    assert authority.keep_own(("other.example.org",), NOW) == ["server.pem"]
    later = NOW + timedelta(days=250)
    assert authority.keep_own(("other.example.org",), later) == ["server.pem", "hub.pem"]


def test_a_pair_that_was_cut_between_its_files_is_made_anew(settings: HubSettings) -> None:
    authority = ensure_authority(settings, NOW)
    authority.keep_own(NAMES, NOW)
    write_private(authority.server.key, key_pem(new_key()))
    assert authority.keep_own(NAMES, NOW) == ["server.pem"]


def test_the_key_may_be_kept_elsewhere(settings: HubSettings, tmp_path: Path) -> None:
    key = tmp_path / "stick" / "key.pem"
    key.parent.mkdir()
    write_private(key, key_pem(new_key()))
    elsewhere = settings.model_copy(update={"ca_key": key})
    made = ensure_authority(elsewhere, NOW)
    assert not (settings.data_dir / "authority" / KEY_FILE).exists()
    assert open_authority(elsewhere).known_by == made.known_by
    with pytest.raises(UnusableData, match="backup"):
        open_authority(settings)
    with pytest.raises(InvalidSettings, match="elsewhere"):
        begin_rotation(elsewhere, NOW)


@pytest.mark.parametrize("name", [ROOTS_FILE, KEY_FILE])
@pytest.mark.parametrize("text", [None, "", "x", "-----BEGIN CERTIFICATE-----\nAA==\n"])
def test_damaged_files_are_told_in_one_line(
    settings: HubSettings, name: str, text: str | None
) -> None:
    ensure_authority(settings, NOW)
    path = settings.data_dir / "authority" / name
    path.unlink()
    if text is not None:
        write_private(path, text)
    with pytest.raises(UnusableData, match="backup") as refused:
        open_authority(settings)
    assert "\n" not in str(refused.value)


def test_a_key_that_others_may_read_is_refused(settings: HubSettings) -> None:
    ensure_authority(settings, NOW)
    (settings.data_dir / "authority" / KEY_FILE).chmod(0o644)
    with pytest.raises(UnusableData, match="chmod 600"):
        open_authority(settings)


def test_a_rotation_has_two_roots_until_it_is_finished(settings: HubSettings) -> None:
    before = ensure_authority(settings, NOW)
    with pytest.raises(InvalidSettings, match="rotate"):
        finish_rotation(settings)
    during = begin_rotation(settings, NOW)
    assert len(during.issuers) == 2
    assert during.known_by == before.known_by, "a server is known by the root that all know"
    device = during.for_device("linguang", "s01-till", new_key().public_key(), NOW)
    assert device.issuer == during.issuers[0].certificate.subject
    with pytest.raises(InvalidSettings, match="--finish"):
        begin_rotation(settings, NOW)
    during.write_revoked({fingerprint(during.issuers[0].certificate): [(7, NOW)]}, NOW)
    assert during.revoked_now() == {7}
    after = finish_rotation(settings)
    assert after.known_by == fingerprint(during.issuers[0].certificate) != before.known_by
    assert after.keep_own(NAMES, NOW) == ["server.pem", "hub.pem"]
    server = x509.load_pem_x509_certificate(after.server.certificate.read_bytes())
    server.verify_directly_issued_by(after.issuers[0].certificate)
    assert not (after.folder / FORMER_KEY_FILE).exists()


def test_a_rotation_that_was_cut_leaves_what_was(settings: HubSettings) -> None:
    before = ensure_authority(settings, NOW)
    roots, folder = before.roots_file.read_text(), before.folder
    begin_rotation(settings, NOW)
    write_private(folder / ROOTS_FILE, roots)
    assert open_authority(settings).known_by == before.known_by
    assert len(begin_rotation(settings, NOW).issuers) == 2
    shutil.rmtree(folder)
