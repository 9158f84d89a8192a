"""What keeps second factors: keys made of the hub's others, so that a backup of these is whole."""

from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from typing import Final

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from cloud_hub.core.keys.key_store import HubSecrets

TICKET_LASTS: Final = timedelta(minutes=5)


class FactorSeal:
    """Seals the secrets of second factors as the database keeps them, and the tickets that a
    browser holds between password and code."""

    def __init__(self, secrets: HubSecrets) -> None:
        self._secrets = _cipher(secrets, b"aisle second factors")
        self._tickets = _cipher(secrets, b"aisle sign-in tickets")

    def sealed(self, secret: str) -> str:
        """The secret as it may be kept."""
        return self._secrets.encrypt(secret.encode()).decode()

    def opened(self, kept: str) -> str | None:
        """The secret; None for one that was sealed with another hub's keys."""
        try:
            return self._secrets.decrypt(kept.encode()).decode()
        except InvalidToken:
            return None

    def ticket(self, said: str, now: datetime) -> str:
        """`said` as a browser may hold it, good for TICKET_LASTS."""
        return self._tickets.encrypt_at_time(said.encode(), int(now.timestamp())).decode()

    def said_by(self, ticket: str, now: datetime) -> str | None:
        """What `ticket` was given; None for one that is forged or too old."""
        lasts_s = int(TICKET_LASTS.total_seconds())
        try:
            said = self._tickets.decrypt_at_time(ticket.encode(), lasts_s, int(now.timestamp()))
        except (InvalidToken, UnicodeError):
            return None
        return said.decode()


def _cipher(secrets: HubSecrets, use: bytes) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=use)
    return Fernet(urlsafe_b64encode(derived.derive(bytes.fromhex(secrets.blind_index_key))))
