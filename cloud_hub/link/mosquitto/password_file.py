"""The hub's own line of mosquitto's password file."""

import base64
import hashlib
from typing import Final

ROUNDS: Final = 1000
"""More would guard nothing: the password is 256 bits by chance."""
_KIND = "$7$"
"""PBKDF2 with SHA-512, as `mosquitto_passwd` writes it."""


def password_line(name: str, password: str) -> str:
    """The line for this name. The same password gives the same line: the salt follows from it, and
    what was not changed is not written anew."""
    salt = hashlib.sha256(f"salt of {name}: {password}".encode()).digest()[:12]
    sealed = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ROUNDS)
    parts = (base64.b64encode(each).decode() for each in (salt, sealed))
    return f"{name}:{_KIND}{ROUNDS}${'$'.join(parts)}\n"
