import json
import os
from pathlib import Path

import pytest

from edge_agent.upkeep.doctor import machine
from edge_agent.upkeep.doctor.finding import Mend, Soundness
from edge_agent.upkeep.doctor.machine import (
    check_artifacts,
    check_clock,
    check_disk,
    check_sensors,
    photos_in,
)
from sync.artifacts.slots import Pointer, Slot
from sync.core.clock import ManualClock

TILL = '[till]\ncurrency = "CNY"\n'
COOLER = """
[[fixtures]]
fixture_id = "s01-a"
letter = "A"
name = { en = "Cooler" }
kind = "cooler-upright"
rows = 2
columns = 3
[[sensors]]
sensor_id = "air"
kind = "temperature"
address = "json:cooler.json#temperature_c"
"""
DOOR = """
[[cameras]]
camera_id = "door"
width_px = 320
height_px = 240
source = { kind = "image-folder", address = "photos" }
"""


def test_a_disk_with_room_is_right_and_one_without_is_not(device, monkeypatch) -> None:
    settings = device("till", TILL)
    assert check_disk(settings).verdict is Soundness.OK
    monkeypatch.setattr(machine, "LEAST_FREE_BYTES", 2**62)
    found = check_disk(settings)
    assert (found.verdict, found.mend) == (Soundness.WRONG, Mend.ROOM)
    settings.data_dir.rmdir()
    assert "it is not there" in check_disk(settings).en


def test_a_clock_that_cannot_be_right_is_wrong(clock: ManualClock) -> None:
    assert check_clock(clock).verdict is Soundness.OK
    clock.trusted = False
    assert check_clock(clock).mend is Mend.TIME


@pytest.mark.parametrize(
    ("written", "verdict"),
    [
        ('{"temperature_c": 4.1}', Soundness.OK),
        ('{"temperature_c": 400}', Soundness.WRONG),
        ('{"temperature_c": null}', Soundness.WRONG),
        ("{", Soundness.WRONG),
        (None, Soundness.WRONG),
    ],
)
def test_each_sensor_is_read(device, clock, tmp_path: Path, written, verdict) -> None:
    if written is not None:
        path = tmp_path / "cooler.json"
        path.write_text(written, encoding="utf-8")
        os.utime(path, (clock.now().timestamp(),) * 2)
    (found,) = check_sensors(device("cooler", COOLER), clock)
    assert (found.subject, found.verdict) == ("air", verdict)
    assert (found.mend is Mend.SENSOR) == (verdict is Soundness.WRONG)


def test_a_cart_needs_a_price_list_and_a_till_does_not(device) -> None:
    (till,) = check_artifacts(device("till", TILL))
    (cart,) = check_artifacts(device("cart", TILL))
    assert (till.verdict, cart.mend) == (Soundness.UNTRIED, Mend.PRICES)


@pytest.mark.parametrize(
    ("currency", "verdict"),
    [("CNY", Soundness.OK), ("EUR", Soundness.WRONG), ("", Soundness.WRONG)],
)
def test_a_price_list_that_was_sent_is_checked_again(device, currency, verdict) -> None:
    settings = device("cart", TILL)
    slot = Slot(version=3, kind="price-list", sha256="a" * 64, file="prices.json", bytes=9)
    folder = settings.artifacts_dir
    (folder / "slots" / slot.sha256).mkdir(parents=True)
    (folder / "current").mkdir()
    (folder / "current" / "prices.json").write_text(
        Pointer(name="prices/s01", current=slot).model_dump_json(), encoding="utf-8"
    )
    price = {"gtin": "95200000000019", "price": "1.00"}
    listed = {"currency": currency, "prices": [price]} if currency else {}
    path = folder / "slots" / slot.sha256 / slot.file
    path.write_text(json.dumps(listed), encoding="utf-8")
    (found,) = check_artifacts(settings)
    assert (found.what, found.subject, found.verdict) == ("prices", "prices/s01", verdict)


def test_a_door_s_detector_answers_to_its_golden_picture(device) -> None:
    line = '[[cameras.lines]]\nline_id = "in"\nstart = [0.0, 0.5]\nend = [1.0, 0.5]\n'
    settings = device("door", DOOR.replace("image-folder", "stream") + line)
    (found,) = check_artifacts(settings)
    assert (found.what, found.verdict) == ("model", Soundness.OK)


def test_pictures_in_a_folder_are_counted(tmp_path: Path) -> None:
    for name in ("a.jpg", "b.JPEG", "c.txt"):
        (tmp_path / name).touch()
    assert photos_in(tmp_path) == 2
