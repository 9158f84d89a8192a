"""Which devices an artifact is for."""

from itertools import pairwise

import pytest

from cloud_hub.core.errors import Refused
from cloud_hub.fleet.artifacts.device_choice import DeviceChoice, choose_devices
from tests.small_chain import TENANT, SmallChain


def chosen(chain: SmallChain, **choice: object) -> list[str]:
    with chain.reading() as session:
        devices = choose_devices(session, TENANT, DeviceChoice(**choice))
        return [device.device_id for device in devices]


def test_devices_are_meant_by_name_by_store_or_by_kind(two_stores: SmallChain) -> None:
    assert len(chosen(two_stores)) == 6
    assert sorted(chosen(two_stores, store_id="s01")) == ["s01-cooler", "s01-door", "s01-till"]
    assert sorted(chosen(two_stores, kind="till")) == ["s01-till", "s02-till"]
    assert chosen(two_stores, kind="till", store_id="s02") == ["s02-till"]
    assert chosen(two_stores, device_ids=["s01-door"]) == ["s01-door"]


def test_a_larger_share_holds_the_smaller_one(two_stores: SmallChain) -> None:
    for number in range(20):
        two_stores.device(f"s01-{number}")
    shares = [chosen(two_stores, share=share) for share in (0.1, 0.3, 0.5, 1.0)]
    for smaller, larger in pairwise(shares):
        assert set(smaller) < set(larger)
    assert len(shares[1]) == 8, "a share of 26 devices is rounded up"
    assert shares[-1] != sorted(shares[-1]), "not one store after the other"


@pytest.mark.parametrize("share", [0.0, 0.001])
def test_the_smallest_share_is_one_device(two_stores: SmallChain, share: float) -> None:
    assert len(chosen(two_stores, share=share)) == 1


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ({"device_ids": ["s01-till", "s09-till", "s08-till"]}, "no device s08-till"),
        ({"device_ids": ["s01-till"], "store_id": "s02"}, "no device s01-till"),
        ({"store_id": "s99"}, "no device is meant by that"),
        ({"kind": "robot"}, "no device is meant by that"),
    ],
)
def test_what_is_named_and_not_there_is_refused(
    two_stores: SmallChain, choice: dict[str, object], said: str
) -> None:
    with pytest.raises(Refused, match=said) as refused:
        chosen(two_stores, **choice)
    assert refused.value.status == 404
