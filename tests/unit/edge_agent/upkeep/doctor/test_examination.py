from pathlib import Path

from edge_agent.settings import LOCK_FILE
from edge_agent.upkeep.doctor.examination import KEPT_S, Examination, examine_folder
from edge_agent.upkeep.doctor.finding import Mend, Soundness, ok
from sync.core.clock import ManualClock
from sync.core.sole_owner import sole_owner

DOOR = """
[[cameras]]
camera_id = "door"
width_px = 320
height_px = 240
source = { kind = "local", address = "97" }
[[cameras.lines]]
line_id = "in"
start = [0.0, 0.5]
end = [1.0, 0.5]
"""


async def test_an_examination_that_is_fresh_is_told_again(device, clock: ManualClock) -> None:
    looks: list[int] = []

    def look():
        looks.append(1)
        return (ok("camera", "right", "正常"),)

    settings = device("till", '[till]\ncurrency = "CNY"\n')
    examination = Examination(settings=settings, clock=clock, cameras=look)
    first = await examination.examine()
    assert await examination.examine() is first
    clock.advance(KEPT_S + 1)
    await examination.examine()
    assert len(looks) == 2
    assert {one.what for one in first} == {"disk", "clock", "camera", "prices", "hub"}


async def test_a_profile_that_cannot_be_read_is_what_is_wrong(tmp_path: Path, clock) -> None:
    (found,) = await examine_folder(tmp_path / "none.toml", tmp_path / "data", None, clock)
    assert (found.what, found.mend) == ("profile", Mend.PROFILE)


async def test_it_looks_beside_a_running_agent_and_takes_nothing_from_it(
    device, tmp_path: Path, clock: ManualClock
) -> None:
    device("door", DOOR)
    profile, data = tmp_path / "device.toml", tmp_path / "data"

    async def camera() -> Soundness:
        found = await examine_folder(profile, data, None, clock)
        return next(one.verdict for one in found if one.what == "camera")

    assert await camera() is Soundness.WRONG
    with sole_owner(data / LOCK_FILE, "agent"):
        assert await camera() is Soundness.UNTRIED
    assert await camera() is Soundness.WRONG
