"""Certificate requests as devices make them, and as nobody should."""

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def csr_of(key, name: str = "whoever") -> str:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    uri = x509.SubjectAlternativeName([x509.UniformResourceIdentifier("urn:aisle:other:one")])
    made = x509.CertificateSigningRequestBuilder().subject_name(subject)
    signed = made.add_extension(uri, critical=False).sign(key, hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.PEM).decode()


def new_csr(name: str = "whoever") -> str:
    return csr_of(ec.generate_private_key(ec.SECP256R1()), name)
