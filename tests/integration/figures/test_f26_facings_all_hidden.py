"""A clear photo of which every slot is hidden says nothing of facings."""

from pathlib import Path

import pytest

from tests.small_chain import PLAN, TODAY
from tests.small_chain import local as at
from tests.stage.doors import opened_doors


@pytest.mark.parametrize(
    ("seen", "hidden", "facings"),
    [
        ({}, tuple(PLAN), None),
        ({}, tuple(PLAN)[1:], 0),
        ({}, (), 0),
        ({"A-1-1": PLAN["A-1-1"]}, tuple(PLAN)[1:], 1),
    ],
)
async def test_what_nobody_can_see_is_no_data_and_never_none(
    tmp_path: Path, seen: dict[str, str | None], hidden: tuple[str, ...], facings: int | None
) -> None:
    async with opened_doors(tmp_path) as doors:
        doors.chain.photo(at(9), seen=seen, hidden=hidden)
        told = await doors.metric("facings", store="s01", **{"from": str(TODAY), "to": str(TODAY)})
    assert [point["value"] for point in told["points"]] == ([] if facings is None else [facings])
