"""What devices tell of themselves, in the fleet's table."""

from dataclasses import replace
from datetime import timedelta

from cloud_hub.boards.devices.told_columns import told_columns
from cloud_hub.fleet.device_told import DeviceTold, DiskTold
from cloud_hub.web.markup import Markup
from tests.stage.page_parts import NOW, a_fleet_row, a_reader

ROW = a_fleet_row()

TOLD = replace(
    ROW,
    agent_version="0.2.0",
    told=DeviceTold(
        artifacts={"prices/s01": 3, "models/x": 12},
        problems=("models/y",),
        disk=DiskTold(total_mb=32_000, free_mb=1_600, wear_percent=90),
    ),
    certificate_until=NOW + timedelta(days=10),
)


def test_what_was_told_is_shown_sorted_and_saved() -> None:
    columns = {column.key: column for column in told_columns(a_reader())}
    values = {key: column.value(TOLD) for key, column in columns.items()}
    assert values == {
        "heard": ROW.freshness.heard_at,
        "agent": "0.2.0",
        "files": "models/x 12, prices/s01 3",
        "free": 0.05,
        "wear": 90,
        "certificate": NOW + timedelta(days=10),
    }
    drawn = {key: column.cell(TOLD) for key, column in columns.items() if column.cell}
    assert "cannot take models/y" in drawn["files"]
    for key, said in (("free", "5 %"), ("wear", "90 %"), ("certificate", "2026-03-14")):
        assert said in drawn[key]
        assert "alarm-text" in drawn[key]


def test_what_was_not_told_is_no_data_and_never_0() -> None:
    quiet = replace(ROW, freshness=replace(ROW.freshness, heard_at=None))
    for column in told_columns(a_reader()):
        assert column.value(quiet) is None
        drawn = column.cell(quiet) if column.cell else Markup("")
        assert not any(each.isdigit() for each in drawn)
