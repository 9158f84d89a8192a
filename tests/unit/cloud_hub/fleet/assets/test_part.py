"""A machine's record, drawn."""

from datetime import date

from cloud_hub.fleet.assets.part import asset_panels
from cloud_hub.fleet.assets.record import AssetRecord, AssetSheet, CareVisit, StoodRow
from device_profiles.store import LoginRole
from tests.stage.page_parts import NOW, a_reader

RECORD = AssetRecord(
    asset_id="a1",
    sheet=AssetSheet(serial="<SN-1>", model="Frost", warranty_until=date(2028, 1, 31)),
    visits=(
        CareVisit(
            visited_on=date(2026, 11, 20),
            visitor="<Wu>",
            symptom="too warm",
            photo_sha256="ab" * 32,
        ),
    ),
    places=(
        StoodRow(device_id="s01-a", store_id="s01", fixture_id=None, since=NOW, until=None),
        StoodRow(device_id="s02-a", store_id="s02", fixture_id="s02-f", since=NOW, until=NOW),
    ),
)


def drawn(record: AssetRecord | None, role: LoginRole) -> str:
    return "".join(map(str, asset_panels("s01-a", record, a_reader(role))))


def test_a_record_tells_what_it_is_who_saw_to_it_and_where_it_stood() -> None:
    page = drawn(RECORD, LoginRole.TECHNICIAN)
    assert "&lt;SN-1&gt; · Frost" in page
    assert "<SN-1>" not in page
    assert "&lt;Wu&gt;" in page
    assert 'value="2028-01-31"' in page
    assert "abababababab" in page
    assert "s02-f" in page
    assert "Note the visit" in page


def test_who_may_not_write_reads() -> None:
    page = drawn(RECORD, LoginRole.STORE)
    assert "&lt;SN-1&gt;" in page
    assert "&lt;Wu&gt;" in page
    assert "<form" not in page


def test_a_machine_that_nobody_wrote_down_can_be() -> None:
    page = drawn(None, LoginRole.TECHNICIAN)
    assert "nowhere written down" in page
    assert 'name="serial"' in page
    assert "Note the visit" not in page
