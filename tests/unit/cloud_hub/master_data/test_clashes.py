"""What one file may not say, two files loaded one after the other may not either."""

from collections.abc import Callable
from typing import Any

import pytest

from cloud_hub.core.keys.tokens import HASHED, hash_claim_token, hash_token
from cloud_hub.core.storage.database import Database
from cloud_hub.master_data.importer import InvalidMasterData, import_chain
from device_profiles.store import ChainProfile
from tests.talking_device import COLA, small_chain

Spoil = Callable[[dict[str, Any]], object]


def plan(fixture_id: str, planogram_id: str = "plan") -> dict[str, Any]:
    return {
        "planogram_id": planogram_id,
        "version": 1,
        "fixture_id": fixture_id,
        "valid_from": "2026-01-01T00:00:00Z",
        "slots": [{"slot_id": "A-1-1", "gtin": COLA}],
    }


def said(store: int) -> dict[str, Any]:
    """The small chain with one of its two stores."""
    chain = small_chain(2).model_dump(mode="json")
    chain["stores"] = [chain["stores"][store - 1]]
    return chain


def load(database: Database, chain: dict[str, Any]) -> None:
    with database.writing() as session:
        import_chain(session, ChainProfile.model_validate(chain))


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (
            lambda chain: chain.update(planograms=[plan("s02-a")]),
            "planogram 'plan' is of fixture 's01-a' already; give that of fixture 's02-a' an id",
        ),
        (
            lambda chain: chain["stores"][0]["fixtures"].append(
                chain["stores"][0]["fixtures"][0] | {"fixture_id": "s01-a", "letter": "Z"}
            ),
            "fixture 's01-a' is of store 's01' already",
        ),
    ],
)
def test_what_another_file_told_is_not_taken_away(
    hub_database: Database, spoil: Spoil, why: str
) -> None:
    load(hub_database, said(1) | {"planograms": [plan("s01-a")]})
    second = said(2)
    spoil(second)
    with pytest.raises(InvalidMasterData, match=why):
        load(hub_database, second)
    load(hub_database, said(2) | {"planograms": [plan("s02-a", "plan-2")]})


def test_a_claim_token_is_told_as_it_is_or_by_its_hash() -> None:
    known = hash_token("claim-token-s01-till")
    assert hash_claim_token("claim-token-s01-till") == known
    assert hash_claim_token(HASHED + known) == known
    assert hash_claim_token(HASHED + "no hash at all") == hash_token(HASHED + "no hash at all")
