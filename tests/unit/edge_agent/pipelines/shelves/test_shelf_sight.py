"""Whether a shelf's camera still sees what it should."""

import cv2
import numpy as np

from edge_agent.pipelines.view import ViewGuard
from tests.stage.shelf_camera import bodies, picture, watch_until


async def test_a_photo_of_another_size_claims_nothing_and_is_alarmed(shelf, outbox):
    make, folder = shelf
    cv2.imwrite(str(folder / "20261122T020000Z.jpg"), picture(1, (640, 480)))
    (observed,) = await watch_until(make(), outbox, "shelf", 1)
    assert observed["quality"] == "moved"
    assert (observed["facings"], observed["empty_slots"]) == ([], [])
    assert observed["hidden_slots"] == ["A-1-1"]
    (alarm,) = bodies(outbox, "alarm")
    assert alarm["alarm"] == "frame-size"
    assert "640x480" in alarm["detail"]


async def test_a_covered_lens_claims_nothing_and_is_alarmed_until_it_sees_again(shelf, outbox):
    make, folder = shelf
    covered = np.full((240, 320, 3), 90, dtype=np.uint8)
    cv2.imwrite(str(folder / "20261122T020000Z.jpg"), covered)
    cv2.imwrite(str(folder / "20261122T030000Z.jpg"), picture())
    observed = await watch_until(make(), outbox, "shelf", 2)
    assert [one["quality"] for one in observed] == ["covered", "clear"]
    assert observed[0]["facings"] == []
    assert [one["state"] for one in bodies(outbox, "alarm")] == ["raised", "cleared"]


async def test_a_turned_camera_claims_nothing_and_is_alarmed_until_it_is_accepted(
    shelf, outbox, clock, tmp_path
):
    make, folder = shelf
    watch = make()
    watch.intake.sight.view = ViewGuard(path=tmp_path / "view.png")
    still, turned = picture(1), np.roll(picture(1), 12, axis=1)
    for minute in range(17):
        cv2.imwrite(str(folder / f"20261122T01{minute:02d}00Z.png"), still)
    cv2.imwrite(str(folder / "20261122T020000Z.png"), turned)
    seen = await watch_until(watch, outbox, "shelf", 18)
    assert [one["quality"] for one in seen] == ["clear"] * 17 + ["moved"]
    assert seen[-1]["hidden_slots"] == ["A-1-1"]
    assert [one["alarm"] for one in bodies(outbox, "alarm")] == ["picture-moved"]
    watch.accept_view()
    cv2.imwrite(str(folder / "20261122T021000Z.png"), turned)
    seen = await watch_until(watch, outbox, "shelf", 19)
    assert seen[-1]["quality"] == "clear"
    assert bodies(outbox, "alarm")[-1]["state"] == "cleared"
