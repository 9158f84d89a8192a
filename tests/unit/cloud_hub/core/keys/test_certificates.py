"""What the hub signs, and what it does not."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from cloud_hub.core.errors import Refused
from cloud_hub.core.keys.certificates import (
    Issuer,
    Use,
    Wanted,
    is_due,
    make_root,
    new_key,
    read_key,
    requested_key,
    revoked_list,
    server_names,
    sign,
    uris_of,
)
from tests.certificate_requests import csr_of, new_csr

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def issuer() -> Issuer:
    key = new_key()
    return Issuer(certificate=make_root(key, NOW), key=key)


def signed(issuer: Issuer, lasts: timedelta = DAY) -> x509.Certificate:
    uri = x509.UniformResourceIdentifier("urn:aisle:linguang:s01-till")
    wanted = Wanted(
        name="linguang.s01-till",
        also=[uri],
        use=Use.CLIENT,
        key=new_key().public_key(),
        now=NOW,
        lasts=lasts,
    )
    return sign(issuer, wanted)


def test_a_devices_certificate_is_of_its_root_for_clients_and_signs_nobody_else(
    issuer: Issuer,
) -> None:
    made = signed(issuer)
    made.verify_directly_issued_by(issuer.certificate)
    extensions = made.extensions
    assert not extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    usage = extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    assert uris_of(made) == ["urn:aisle:linguang:s01-till"]


def test_no_certificate_outlasts_its_root(issuer: Issuer) -> None:
    made = signed(issuer, lasts=timedelta(days=100 * 365))
    assert made.not_valid_after_utc == issuer.certificate.not_valid_after_utc


def test_a_certificate_is_renewed_at_two_thirds_of_its_life(issuer: Issuer) -> None:
    made = signed(issuer, lasts=timedelta(days=300))
    assert not is_due(made, NOW + timedelta(days=199))
    assert is_due(made, NOW + timedelta(days=201))


@pytest.mark.parametrize("size", [2048, 4096])
def test_requests_for_keys_of_the_kinds_in_use_are_answered(size: int) -> None:
    assert isinstance(requested_key(new_csr()), ec.EllipticCurvePublicKey)
    key = rsa.generate_private_key(public_exponent=65537, key_size=size)
    assert requested_key(csr_of(key)) == key.public_key()


@pytest.mark.parametrize(
    "curve", [ec.SECP224R1(), ec.SECP384R1(), ec.SECP521R1(), ec.SECP256K1()], ids=lambda c: c.name
)
def test_other_curves_are_refused(curve: ec.EllipticCurve) -> None:
    with pytest.raises(Refused, match="P-256"):
        requested_key(csr_of(ec.generate_private_key(curve)))


def test_short_rsa_keys_are_refused() -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    with pytest.raises(Refused, match="2048"):
        requested_key(csr_of(key))


def test_a_request_that_another_key_signed_is_refused() -> None:
    one, two = new_csr().splitlines(), new_csr().splitlines()
    with pytest.raises(Refused):
        requested_key("\n".join([*one[:-3], *two[-3:]]))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----",
        "-----BEGIN CERTIFICATE REQUEST-----\n\n-----END CERTIFICATE REQUEST-----",
        "☃",
        new_csr()[:200],
        new_csr().replace("CERTIFICATE REQUEST", "CERTIFICATE"),
    ],
    ids=range(7),
)
def test_what_is_no_request_is_a_bad_question(text: str) -> None:
    with pytest.raises(Refused) as refused:
        requested_key(text)
    assert refused.value.status == 422


def test_the_list_of_revoked_ones_names_each_and_is_its_roots(issuer: Issuer) -> None:
    text = revoked_list(issuer, [(7, NOW), (3, NOW)], NOW)
    found = x509.load_pem_x509_crl(text.encode())
    assert sorted(one.serial_number for one in found) == [3, 7]
    assert found.is_signature_valid(issuer.key.public_key())
    assert found.issuer == issuer.certificate.subject


def test_a_servers_names_are_told_once_addresses_as_addresses() -> None:
    names = server_names(["hub.example.org", "10.0.0.1", "::1", "hub.example.org"])
    kinds = [type(one).__name__ for one in names]
    assert kinds == ["DNSName", "IPAddress", "IPAddress"]


@pytest.mark.parametrize("pem", [b"", b"x", b"-----BEGIN PRIVATE KEY-----"])
def test_what_is_no_key_is_none(pem: bytes) -> None:
    with pytest.raises(ValueError, match="no private key"):
        read_key(pem)
