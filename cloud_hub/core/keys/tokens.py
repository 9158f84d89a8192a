"""How tokens and cookies are kept: as hashes."""

import hashlib


def hash_token(token: str) -> str:
    """SHA-256 of a token or device password. Those are random, so a slow hash adds nothing."""
    return hashlib.sha256(token.encode()).hexdigest()
