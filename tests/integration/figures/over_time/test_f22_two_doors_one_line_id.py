"""Of two devices with one name for a line the blind one is missed."""

from pathlib import Path

from tests.small_chain import TODAY, local
from tests.stage.doors import opened_doors


async def test_of_two_devices_with_one_line_the_blind_one_is_missed(tmp_path: Path) -> None:
    async with opened_doors(tmp_path) as doors:
        chain = doors.chain
        chain.device("s01-door-2", "s01", "door")
        for minute in range(420):
            at = local(7 + minute // 60, minute % 60)
            chain.minute(at, 2)
            chain.minute(at, 0, device_id="s01-door-2", watched_s=0.0)
        told = await doors.metric(
            "footfall", store="s01", **{"from": str(TODAY), "to": str(TODAY), "grain": "hour"}
        )
    known = [point for point in told["points"] if point["hour"] < 14]
    assert sum(point["value"] for point in known) == 840
    assert {point["coverage"] for point in known} == {0.5}
