"""The demonstration chain as master data."""

from datetime import UTC, datetime

import pytest

from device_profiles.store import ChainProfile, DeviceKind
from device_profiles.values.codes import read_code
from device_profiles.values.gtin import parse_gtin
from simulators.chain.chain import build_chain, claim_token, cooler_slots, facings_planned, outlets
from simulators.chain.goods import demonstration_goods, weighed_code
from simulators.core.clock import demo_time

NOON = datetime(2026, 11, 22, 12, 25, tzinfo=UTC)


@pytest.mark.parametrize("hour", range(24))
def test_at_any_start_it_is_afternoon_in_the_stores(hour):
    time = demo_time(NOON.replace(hour=hour))
    assert 14 <= time.local(time.started_at).hour < 15
    build_chain(outlets(1), time, b"key")  # the zone exists


def test_the_chain_has_eight_stores_and_sixty_four_goods():
    chain = build_chain(outlets(8), demo_time(NOON), b"key")
    assert [store.store_id for store in chain.stores] == [f"s0{number}" for number in range(1, 9)]
    assert len(chain.products) == 64
    assert sum(good.in_cooler for good in demonstration_goods()) == 24
    assert ChainProfile.model_validate_json(chain.model_dump_json()) == chain


def test_every_gtin_is_a_demonstration_number_with_a_true_check_digit():
    for good in demonstration_goods():
        assert good.gtin == parse_gtin(good.gtin)
        assert good.gtin.startswith("0952")


def test_forty_slots_hold_twenty_four_products_and_white_peach_stands_once_in_a_2_3():
    slots = cooler_slots()
    assert len(slots) == 40
    assert len(facings_planned()) == 24
    peach = next(g for g in demonstration_goods() if g.name.text("en") == "White Peach Oolong")
    assert [slot for slot, gtin in slots.items() if gtin == peach.gtin] == ["A-2-3"]
    assert slots["A-3-5"] != slots["A-3-6"]


def test_two_stores_are_the_flagship_and_the_one_that_goes_offline():
    assert [outlet.store_id for outlet in outlets(2)] == ["s01", "s06"]


@pytest.mark.parametrize("stores", [0, 9])
def test_another_number_of_stores_is_refused_with_a_clear_line(stores):
    with pytest.raises(ValueError, match="1 to 8 stores"):
        outlets(stores)


def test_claim_tokens_differ_by_device_and_by_run():
    chain = build_chain(outlets(8), demo_time(NOON), b"one run")
    tokens = [device.claim_token for store in chain.stores for device in store.devices]
    assert len(set(tokens)) == len(tokens)
    assert claim_token(b"another run", "s01-till") not in tokens


def test_real_devices_are_not_called_simulated():
    chain = build_chain(outlets(8), demo_time(NOON), b"key")
    real = [d.device_id for store in chain.stores for d in store.devices if not d.simulated]
    assert real == [
        *("s01-cooler", "s01-door", "s01-till", "s01-cart", "s01-lobby"),
        *("s02-cooler", "s05-cooler", "s06-cooler", "s06-door", "s06-till"),
    ]
    kinds = [device.kind for device in chain.stores[1].devices]
    assert kinds == [DeviceKind.COOLER, DeviceKind.DOOR, DeviceKind.TILL]


def test_a_scale_label_says_item_and_weight():
    scanned = read_code(weighed_code("00011", 435))
    assert (scanned.item_code, scanned.weight_g) == ("00011", 435)
