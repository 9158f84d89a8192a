"""A certificate request as it comes through a door."""

from typing import Annotated

from pydantic import StringConstraints

CertificateRequest = Annotated[
    str, StringConstraints(min_length=1, max_length=16_384, pattern=r"^[\x0a\x0d\x20-\x7e]+$")
]
"""PEM; RSA of 4096 bits takes 1,700 characters."""
