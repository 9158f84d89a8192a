"""Secrets of second factors and tickets of sign-in, sealed with the hub's keys."""

from datetime import timedelta
from pathlib import Path

import pytest

from cloud_hub.core.keys.factor_seal import TICKET_LASTS, FactorSeal
from cloud_hub.core.keys.key_store import load_secrets
from tests.talking_device import NOON


def test_a_secret_opens_with_its_own_hubs_keys_alone(tmp_path: Path) -> None:
    seal = FactorSeal(load_secrets(tmp_path / "a"))
    kept = seal.sealed("JBSWY3DP")
    assert "JBSWY3DP" not in kept
    assert seal.opened(kept) == "JBSWY3DP"
    assert FactorSeal(load_secrets(tmp_path / "b")).opened(kept) is None
    assert seal.opened("") is None
    assert seal.opened(seal.ticket("JBSWY3DP", NOON)) is None


@pytest.mark.parametrize("forged", ["", "x", "é", "gAAAAA==", "a" * 5000])
def test_a_ticket_is_good_for_minutes_and_cannot_be_forged(tmp_path: Path, forged: str) -> None:
    seal = FactorSeal(load_secrets(tmp_path))
    ticket = seal.ticket("anna", NOON)
    assert seal.said_by(ticket, NOON + TICKET_LASTS) == "anna"
    assert seal.said_by(ticket, NOON + TICKET_LASTS + timedelta(seconds=1)) is None
    assert seal.said_by(forged, NOON) is None
    assert seal.said_by(seal.sealed("anna"), NOON) is None
