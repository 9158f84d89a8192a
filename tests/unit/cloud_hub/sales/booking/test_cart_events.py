"""Closed sessions of smart carts."""

from decimal import Decimal

import pytest

from cloud_hub.core.storage.database import Database
from cloud_hub.link.ingest.ingest import Ingest
from cloud_hub.sales.tables import CartSession
from sync.events import CartClosed
from tests.stage.booking import book
from tests.stage.hub_tables import rows
from tests.talking_device import COLA, NOON, cola


def closed(session_id: str = "7", measured_g: float = 500.0) -> CartClosed:
    return CartClosed.model_validate(
        {
            "session_id": session_id,
            "started_at": NOON,
            "ended_at": NOON,
            "items": (cola(),),
            "expected_g": 500.0,
            "measured_g": measured_g,
            "verdict": "agrees",
        }
    )


def test_a_session_is_kept_with_what_was_scanned(ingest: Ingest, database: Database) -> None:
    book(ingest, closed(measured_g=512.5))
    (session,) = rows(database, CartSession)
    assert (session.session_id, session.store_id) == ("s01-till/7", "s01")
    assert (session.expected_g, session.measured_g, session.verdict) == (500.0, 512.5, "agrees")
    assert [(item["code"], Decimal(item["quantity"])) for item in session.items] == [(COLA, 1)]


@pytest.mark.parametrize(("names", "kept"), [(("7", "7"), 1), (("7", "8"), 2)])
def test_a_session_closed_twice_is_one_and_its_first_word_stands(
    ingest: Ingest, database: Database, names: tuple[str, str], kept: int
) -> None:
    book(ingest, closed(names[0], 500.0), closed(names[1], 600.0))
    assert len(rows(database, CartSession)) == kept
    assert rows(database, CartSession)[0].measured_g == 500.0


def test_two_carts_sessions_of_one_name_are_two(ingest: Ingest, database: Database) -> None:
    book(ingest, closed())
    book(ingest, closed(), kind="door")
    assert sorted(session.session_id for session in rows(database, CartSession)) == [
        "s01-door/7",
        "s01-till/7",
    ]
