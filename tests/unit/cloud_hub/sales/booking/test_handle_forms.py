"""Handles that a hub of release 0.1.0 indexed, indexed anew by today's rules."""

import hashlib
import hmac
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from cloud_hub.core.keys.handle_encryption import HandleKeys
from cloud_hub.core.keys.key_store import load_secrets
from cloud_hub.core.storage.database import Database
from cloud_hub.link.ingest.ingest import Ingest
from cloud_hub.link.tables import StoredEvent
from cloud_hub.master_data.importer import import_chain
from cloud_hub.sales.booking.handle_forms import reindex_handles
from cloud_hub.sales.tables import Receipt, ReceiptIdentity
from cloud_hub.shoppers.tables import Identity, IdentityLink
from sync.events import ShopperIdentity
from tests.stage.booking import book
from tests.stage.hub_tables import count, rows
from tests.talking_device import COLA, NOON, line, receipt, small_chain

MOBILE = "13800138000"
Shown = tuple[str, str]


@pytest.fixture
def keys(tmp_path: Path) -> HandleKeys:
    """The keys of `ingest`."""
    return HandleKeys(load_secrets(tmp_path))


@pytest.fixture
def earlier(
    tmp_path: Path, ingest: Ingest, database: Database, keys: HandleKeys
) -> Callable[..., None]:
    """Books one receipt for each handle shown, as release 0.1.0 kept it."""
    index_key = bytes.fromhex(load_secrets(tmp_path).blind_index_key)

    def index_of(kind: str, value: str) -> str:
        text = value.strip()
        said = re.sub(r"[^0-9+]", "", text) if kind == "phone" else text.casefold()
        return hmac.new(index_key, f"linguang\n{kind}\n{said}".encode(), hashlib.sha256).hexdigest()

    with database.writing() as session:
        import_chain(session, small_chain(2).model_copy(update={"country": "CN"}))

    def keep(*shown: Shown) -> None:
        bodies = [
            receipt(number, line(1, COLA, "1", "3", "3")).model_copy(
                update={"identities": (ShopperIdentity(kind=kind, value=value),)}
            )
            for number, (kind, value) in enumerate(shown)
        ]
        book(ingest, *bodies)
        with database.writing() as session:
            session.execute(sa.delete(Identity))
            session.execute(sa.delete(ReceiptIdentity))
            for (kind, value), body in zip(shown, bodies, strict=True):
                name = session.scalars(
                    sa.select(Receipt.receipt_id).where(Receipt.sequence == body.sequence)
                ).one()
                handle = {
                    "tenant_id": "linguang",
                    "kind": kind,
                    "blind_index": index_of(kind, value),
                }
                session.add(ReceiptIdentity(**handle, receipt_id=name))
                if session.get(Identity, tuple(handle.values())) is None:
                    kept = {"value_encrypted": keys.encrypt(value), "first_seen_at": NOON}
                    session.add(Identity(**handle, **kept, form=0))
                session.flush()

    return keep


def who(database: Database) -> dict[int, str]:
    """The index at each receipt that has one, by its number."""
    with database.sessions() as session:
        found = session.execute(
            sa.select(Receipt.sequence, ReceiptIdentity.blind_index).join(
                Receipt, Receipt.receipt_id == ReceiptIdentity.receipt_id
            )
        )
        return {row.sequence: row.blind_index for row in found}


def test_spellings_of_one_number_become_one_shopper(
    earlier: Callable[..., None], database: Database, keys: HandleKeys
) -> None:
    earlier(
        *(("phone", text) for text in (MOBILE, f"+86{MOBILE}", f"0086{MOBILE}", f"(0){MOBILE}")),
        ("phone", "13900139000"),
    )
    assert count(database, Identity) == 5
    assert reindex_handles(database, keys) == 5
    found = who(database)
    right = keys.blind_index("linguang", "phone", f"+86{MOBILE}")
    assert [found[number] for number in range(4)] == [right] * 4
    assert found[4] != right
    assert count(database, Identity) == 2
    assert {row.form for row in rows(database, Identity)} == {1}


def test_what_was_taken_for_one_is_told_apart_by_what_the_tills_said(
    earlier: Callable[..., None], database: Database, keys: HandleKeys
) -> None:
    one, other = "１３８００１３８０００", "１３９００１３９０００"
    earlier(("phone", "n/a"), ("phone", one), ("phone", other), ("phone", "无"), ("phone", one))
    assert count(database, Identity) == 1
    reindex_handles(database, keys)
    found = who(database)
    assert sorted(found) == [1, 2, 4]
    assert found[1] == found[4] == keys.blind_index("linguang", "phone", f"+86{MOBILE}")
    assert found[2] == keys.blind_index("linguang", "phone", "+8613900139000")
    kept = {keys.decrypt(row.value_encrypted) for row in rows(database, Identity)}
    assert kept == {one, other}


def test_where_the_event_is_gone_nobody_knows_who_that_was(
    earlier: Callable[..., None], database: Database, keys: HandleKeys
) -> None:
    earlier(("phone", "n/a"), ("phone", "１３８００１３８０００"), ("member", "80012345"))
    with database.writing() as session:
        session.execute(sa.delete(StoredEvent))
    reindex_handles(database, keys)
    assert sorted(who(database)) == [2]


def test_placeholders_stand_for_nobody_any_more(
    earlier: Callable[..., None], database: Database, keys: HandleKeys
) -> None:
    earlier(("member", "NULL"), ("member", "nan"), ("member", "8001 2345"), ("member", "80012345"))
    reindex_handles(database, keys)
    found = who(database)
    assert sorted(found) == [2, 3]
    assert found[2] == found[3]
    assert count(database, Identity) == 1


def test_what_is_indexed_as_before_stays_and_a_second_run_changes_nothing(
    earlier: Callable[..., None], database: Database, keys: HandleKeys
) -> None:
    earlier(("member", "Ab-1"), ("card", "77"), ("phone", "+8613800138000"))
    before = who(database)
    assert reindex_handles(database, keys) == 3
    assert who(database) == before
    assert reindex_handles(database, keys) == 0
    assert (who(database), count(database, Identity)) == (before, 3)


def test_more_receipts_than_a_page_are_all_looked_at(
    earlier: Callable[..., None],
    database: Database,
    keys: HandleKeys,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("cloud_hub.sales.booking.handle_forms.PAGE_ROWS", 2)
    earlier(*(("phone", f"138 0013 80{number:02d}") for number in range(7)))
    reindex_handles(database, keys)
    assert len(set(who(database).values())) == 7
    expected = {keys.blind_index("linguang", "phone", f"+86138001380{n:02d}") for n in range(7)}
    assert set(who(database).values()) == expected


def test_links_between_handles_follow_them(
    earlier: Callable[..., None], database: Database, keys: HandleKeys
) -> None:
    earlier(("phone", MOBILE), ("member", "8001 2345"))
    by_kind = {row.kind: row.blind_index for row in rows(database, Identity)}
    with database.writing() as session:
        session.add(
            IdentityLink(
                tenant_id="linguang",
                link_id="1",
                kind_a="phone",
                blind_index_a=by_kind["phone"],
                kind_b="member",
                blind_index_b=by_kind["member"],
                evidence="receipt",
                score=1.0,
                linked_at=NOON,
                reversed_at=None,
            )
        )
    reindex_handles(database, keys)
    (link,) = rows(database, IdentityLink)
    now = {row.kind: row.blind_index for row in rows(database, Identity)}
    assert (link.blind_index_a, link.blind_index_b) == (now["phone"], now["member"])
    assert now["phone"] != by_kind["phone"]
