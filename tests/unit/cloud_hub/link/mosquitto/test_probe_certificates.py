"""Certificates for a trial: short, and signed by whom they should be."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature

from cloud_hub.core.errors import UnusableData
from cloud_hub.link.mosquitto.probe_certificates import of_a_stranger, of_the_hub
from sync.link.trust.contexts import TlsFiles
from tests.stage.tls.authority import TestAuthority


def read(files: TlsFiles) -> x509.Certificate:
    assert files.certificate is not None
    return x509.load_pem_x509_certificate(files.certificate.read_bytes())


def test_they_are_signed_by_the_hubs_authority_and_end_in_ten_minutes(tmp_path: Path) -> None:
    authority, now = TestAuthority(tmp_path / "authority"), datetime.now(UTC)
    root = x509.load_pem_x509_certificate(authority.file.read_bytes())
    certificates = of_the_hub(authority.folder, tmp_path, now)
    made = read(certificates.issue("aisle-probe"))
    made.verify_directly_issued_by(root)
    assert 0 < (made.not_valid_after_utc - now).total_seconds() <= 600
    assert read(certificates.issue("x", is_expired=True)).not_valid_after_utc < now


def test_a_strangers_have_the_same_issuers_name_and_another_key(tmp_path: Path) -> None:
    authority = TestAuthority(tmp_path / "authority")
    root = x509.load_pem_x509_certificate(authority.file.read_bytes())
    stranger = of_a_stranger(of_the_hub(authority.folder, tmp_path, datetime.now(UTC)))
    made = read(stranger.issue("aisle-probe"))
    assert made.issuer == root.subject
    with pytest.raises(InvalidSignature):
        made.verify_directly_issued_by(root)


def test_without_the_authoritys_own_key_one_line_says_so(tmp_path: Path) -> None:
    authority = TestAuthority(tmp_path / "authority")
    other = TestAuthority(tmp_path / "other")
    key = authority.folder / "ca-key.pem"
    for text in (None, "no key", (other.folder / "ca-key.pem").read_text()):
        if text is None:
            key.unlink()
        else:
            key.write_text(text)
        with pytest.raises(UnusableData, match=r"ca-key\.pem") as told:
            of_the_hub(authority.folder, tmp_path, datetime.now(UTC))
        assert "\n" not in str(told.value)
