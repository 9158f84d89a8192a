"""The folder of clips: whole ones alone, and each only for its time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from edge_agent.pipelines.hand_counts.clips import Clip, ClipShelf

NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)


@pytest.fixture
def shelf(tmp_path: Path) -> ClipShelf:
    return ClipShelf(tmp_path)


def take(shelf: ClipShelf, clip_id: str, *, hours: float = 24, at: datetime = NOON) -> Clip:
    clip = Clip(
        clip_id=clip_id,
        camera_id="door-1",
        line_id="front",
        start=(0.0, 0.5),
        end=(1.0, 0.5),
        started_at=at,
        expires_at=at + timedelta(hours=hours),
        seconds=60.0,
        width_px=160,
        height_px=120,
    )
    shelf.unfinished_film(clip_id).write_bytes(b"film")
    shelf.keep(clip)
    return clip


def files(shelf: ClipShelf) -> list[str]:
    return sorted(path.name for path in shelf.folder.iterdir())


def test_a_clip_that_is_kept_is_a_film_and_its_paper(shelf: ClipShelf) -> None:
    clip = take(shelf, "a")
    assert files(shelf) == ["a.json", "a.webm"]
    assert shelf.film("a").read_bytes() == b"film"
    assert shelf.find("a") == clip
    assert shelf.find("b") is None


def test_clips_stand_the_newest_first(shelf: ClipShelf) -> None:
    take(shelf, "a")
    take(shelf, "c", at=NOON + timedelta(hours=2))
    take(shelf, "b", at=NOON + timedelta(hours=1))
    assert [clip.clip_id for clip in shelf.clips()] == ["c", "b", "a"]


def test_without_its_film_there_is_no_clip(shelf: ClipShelf) -> None:
    clip = take(shelf, "a").model_copy(update={"clip_id": "b"})
    with pytest.raises(FileNotFoundError):
        shelf.keep(clip)
    assert [one.clip_id for one in shelf.clips()] == ["a"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"clip_id": "a"}'])
def test_a_paper_that_cannot_be_read_is_left_out_and_its_film_deleted(
    shelf: ClipShelf, text: str
) -> None:
    take(shelf, "a")
    (shelf.folder / "bad.json").write_text(text, encoding="utf-8")
    shelf.film("bad").write_bytes(b"film")
    assert [clip.clip_id for clip in shelf.clips()] == ["a"]
    shelf.sweep(NOON)
    assert "bad.webm" not in files(shelf)


def test_a_deleted_clip_is_gone_and_deleting_it_again_is_no_fault(shelf: ClipShelf) -> None:
    take(shelf, "a")
    shelf.delete("a")
    shelf.delete("a")
    assert files(shelf) == []


def test_a_clip_goes_the_moment_it_has_had_its_time(shelf: ClipShelf) -> None:
    take(shelf, "a", hours=1)
    take(shelf, "b", hours=2)
    assert shelf.sweep(NOON + timedelta(minutes=59)) == 0
    assert shelf.sweep(NOON + timedelta(hours=1)) == 1
    assert [clip.clip_id for clip in shelf.clips()] == ["b"]
    assert files(shelf) == ["b.json", "b.webm"]


def test_a_film_that_grows_stays_and_one_that_no_recording_finished_goes(
    shelf: ClipShelf,
) -> None:
    shelf.unfinished_film("growing").write_bytes(b"x")
    shelf.unfinished_film("crashed").write_bytes(b"x")
    assert shelf.sweep(NOON, growing=["growing"]) == 0
    assert files(shelf) == ["growing.part.webm"]
