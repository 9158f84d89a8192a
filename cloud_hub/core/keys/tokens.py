"""How tokens and cookies are kept: as hashes."""

import hashlib
import re
from typing import Final

HASHED: Final = "sha256:"
"""Leads a claim token that is told as its hash, as exported master data do."""


def hash_token(token: str) -> str:
    """SHA-256 of a token or device password. Those are random, so a slow hash adds nothing."""
    return hashlib.sha256(token.encode()).hexdigest()


def hash_claim_token(told: str) -> str:
    """The hash of a claim token, which master data tell as it is or as `sha256:` and its hash."""
    digest = told.removeprefix(HASHED)
    is_hash = told.startswith(HASHED) and re.fullmatch(r"[0-9a-f]{64}", digest) is not None
    return digest if is_hash else hash_token(told)
