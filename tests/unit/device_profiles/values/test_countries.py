"""Countries and their time zones."""

import pytest
from pydantic import TypeAdapter, ValidationError

from device_profiles.values.countries import Country, country_of_zone


@pytest.mark.parametrize(
    ("zone", "country"),
    [
        ("Asia/Shanghai", "CN"),
        ("America/New_York", "US"),
        ("Europe/Berlin", "DE"),
        ("UTC", None),
        ("Etc/GMT-8", None),
    ],
)
def test_a_time_zone_is_in_the_country_of_its_place(zone: str, country: str | None) -> None:
    assert country_of_zone(zone) == country


@pytest.mark.parametrize("code", ["", "cn", "CHN", "XX"])
def test_a_country_that_is_none_is_refused(code: str) -> None:
    with pytest.raises(ValidationError, match="two capital letters"):
        TypeAdapter(Country).validate_python(code)
