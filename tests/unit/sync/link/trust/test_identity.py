"""A device's key and certificate."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from cloud_hub.core.keys.authority import ensure_authority
from cloud_hub.core.keys.certificates import certificate_pem, requested_key
from cloud_hub.core.settings import HubSettings
from sync.core.errors import ClaimRefused
from sync.core.private import write_private
from sync.link.trust.identity import (
    IDENTITY_FILE,
    check_answer,
    keep_identity,
    new_request,
    validity,
)

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def issued(tmp_path: Path):
    own = ensure_authority(HubSettings(data_dir=tmp_path / "hub"), NOW)
    request = new_request("s01-till")
    made = own.for_device("linguang", "s01-till", requested_key(request.csr), NOW)
    return request, certificate_pem(made), own.roots_pem


def test_a_key_is_made_here_and_its_file_is_for_the_agent_alone(issued, tmp_path: Path) -> None:
    request, certificate, roots = issued
    check_answer(request, certificate, roots)
    keep_identity(tmp_path / "till", request, certificate)
    (file,) = (tmp_path / "till").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    kept = validity(tmp_path / "till")
    assert kept is not None
    assert kept.begins_at < NOW < kept.ends_at


def test_a_certificate_for_another_key_is_refused(issued) -> None:
    _, certificate, roots = issued
    with pytest.raises(ClaimRefused, match="another key"):
        check_answer(new_request("s01-till"), certificate, roots)


@pytest.mark.parametrize("text", ["", "x", "\x00", "-----BEGIN CERTIFICATE-----\nAAAA\n", "☃"])
def test_what_is_no_certificate_is_refused(issued, text: str) -> None:
    request, certificate, roots = issued
    for said in ((text, roots), (certificate, text)):
        with pytest.raises(ClaimRefused):
            check_answer(request, *said)


@pytest.mark.parametrize("cut", [0, 10, 300, 500])
def test_a_file_that_was_cut_is_no_identity(issued, tmp_path: Path, cut: int) -> None:
    request, certificate, _ = issued
    write_private(tmp_path / IDENTITY_FILE, (request.key + certificate)[:cut])
    assert validity(tmp_path) is None
    write_private(tmp_path / IDENTITY_FILE, new_request("x").key + certificate)
    assert validity(tmp_path) is None, "a key of another certificate"
