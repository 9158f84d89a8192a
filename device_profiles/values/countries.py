"""Countries, and which one a time zone is in: what a telephone number without a country means."""

from functools import cache
from importlib import resources
from typing import Annotated

import phonenumbers
from pydantic import AfterValidator, Field


def _is_known(code: str) -> str:
    if code not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError(
            f"country {code!r} is not known; use two capital letters of ISO 3166 such as CN"
        )
    return code


Country = Annotated[str, Field(max_length=40), AfterValidator(_is_known)]
"""A pydantic field: a country by two letters."""


def country_of_zone(zone: str) -> str | None:
    """The country that an IANA time zone is in; None for one of no country, such as UTC."""
    return _zones().get(zone)


@cache
def _zones() -> dict[str, str]:
    """Every zone of the database's list for people, which has one country each."""
    table = resources.files("tzdata.zoneinfo") / "zone.tab"
    rows = (line.split("\t") for line in table.read_text(encoding="utf-8").splitlines())
    return {row[2]: row[0] for row in rows if len(row) > 2 and not row[0].startswith("#")}
