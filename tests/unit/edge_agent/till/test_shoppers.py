"""What shoppers show at a till never touches its disk in clear."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from edge_agent.core.store import apply_migrations
from edge_agent.till.once import act_once
from edge_agent.till.pricing import OwnCodes, PriceBook
from edge_agent.till.register import Register
from edge_agent.till.requests import IdentityRequest, LineRequest, SaleRequest
from edge_agent.till.shoppers import HandleSealer
from sync.core.clock import ManualClock
from sync.core.sealed_handles import open_sealed, public_text
from sync.outbox.outbox import Outbox

NOW = datetime(2026, 11, 22, tzinfo=UTC)
KEY = X25519PrivateKey.from_private_bytes(bytes(range(32)))
PHONE = "13800138000"
SEALER = HandleSealer(key=lambda: public_text(KEY), country="CN")


def shown(*values: str) -> tuple[IdentityRequest, ...]:
    return tuple(IdentityRequest(kind="phone", value=value) for value in values)


def test_a_handle_is_sealed_for_the_hub_as_it_was_given() -> None:
    (kept,), warnings = SEALER.sealed(shown("138 0013 8000"))
    assert (kept.kind, open_sealed(kept.value, KEY)) == ("phone", "138 0013 8000")
    assert not warnings


def test_what_says_nobody_is_not_kept_and_the_answer_says_so_without_telling_it() -> None:
    kept, warnings = SEALER.sealed(shown("n/a", "无", PHONE))
    assert len(kept) == 1
    assert warnings == ["phone: what was given says nobody"] * 2


def test_without_a_key_nothing_is_kept_and_the_answer_says_why() -> None:
    kept, warnings = HandleSealer().sealed(shown(PHONE))
    assert not kept
    assert "no key of its hub yet" in warnings[0]
    assert PHONE not in warnings[0]


def test_a_key_that_is_none_keeps_nothing() -> None:
    kept, warnings = replace(SEALER, key=lambda: "x").sealed(shown(PHONE))
    assert (kept, len(warnings)) == ((), 1)


def test_no_byte_of_a_handle_is_on_the_tills_disk(tmp_path: Path) -> None:
    clock, path = ManualClock(NOW), tmp_path / "agent.db"
    register = Register(
        store_id="s01",
        workstation_id="till-1",
        currency="CNY",
        zone=ZoneInfo("Asia/Shanghai"),
        register_closes_at_h=4,
        own=OwnCodes(),
        handles=SEALER,
        prices=PriceBook(),
        clock=clock,
        rng=Random(1),
    )
    line = LineRequest(code="x", quantity=Decimal(1), unit_price=Decimal(1))
    act = register.sell(SaleRequest(lines=(line,), identities=shown(PHONE)))
    outbox = Outbox.open(path, clock=clock, quota_bytes=2**24, rng=Random(1))
    with outbox.transaction() as transaction:
        apply_migrations(transaction.connection)
        answered = act_once(transaction, act, key="k", fingerprint="f", now=NOW)
    on_disk = b"".join(one.read_bytes() for one in tmp_path.iterdir() if one.is_file())
    outbox.close()
    assert PHONE.encode() not in on_disk
    assert PHONE not in str(answered.answer)
    with closing(sqlite3.connect(path)) as connection:
        (body,) = connection.execute("SELECT body FROM till_receipt").fetchone()
    assert "hpke1:" in str(body)
