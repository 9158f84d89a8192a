import hashlib
import zipfile
from pathlib import Path

import pytest

from sync.artifacts.slots import Slot, Slots
from sync.core.errors import NoRoom, SyncError

NAME = "prices/till"


@pytest.fixture
def slots(tmp_path: Path) -> Slots:
    return Slots(folder=tmp_path / "artifacts", quota_bytes=10_000)


def sent(slots: Slots, version: int, content: bytes = b"") -> Slot:
    """A slot filled with something."""
    content = content or b"version %d" % version
    sha256 = hashlib.sha256(content).hexdigest()
    slot = Slot(
        version=version, kind="price-list", sha256=sha256, file="prices.json", bytes=len(content)
    )
    slots.draft(sha256, len(content)).write_bytes(content)
    slots.fill(slot, is_packed=False)
    return slot


def prove(slots: Slots) -> None:
    slots.note_proved(NAME, slots.pointer(NAME).current)


def current(slots: Slots) -> int | None:
    slot = slots.pointer(NAME).current
    return slot.version if slot else None


def test_a_new_slot_becomes_current_and_the_one_that_proved_itself_is_kept(slots):
    for version in (1, 2):
        slots.make_current(NAME, sent(slots, version))
        prove(slots)
    pointer = slots.pointer(NAME)
    assert (pointer.current.version, pointer.previous.version) == (2, 1)
    assert slots.path(pointer.current).read_bytes() == b"version 2"
    assert slots.sweep() == 0
    slots.make_current(NAME, sent(slots, 3))
    assert slots.sweep() == 1


def test_a_follower_that_never_proved_itself_does_not_push_out_the_one_that_did(slots):
    slots.make_current(NAME, sent(slots, 1))
    prove(slots)
    slots.make_current(NAME, sent(slots, 2))
    slots.make_current(NAME, sent(slots, 3))
    pointer = slots.fall_back(NAME, "fails")
    assert pointer.current.version == 1
    assert pointer.why_not(3) == "fails"
    assert slots.holds(pointer.current)


def test_a_proved_file_that_rots_may_come_again_and_an_unproved_one_may_not(slots):
    slots.make_current(NAME, sent(slots, 1))
    prove(slots)
    slots.make_current(NAME, sent(slots, 2))
    prove(slots)
    assert slots.fall_back(NAME, "rotten").why_not(2) == ""
    slots.make_current(NAME, sent(slots, 2))
    assert slots.fall_back(NAME, "rotten again").why_not(2) == "rotten again"


def test_an_older_version_than_the_highest_is_refused(slots):
    slots.make_current(NAME, sent(slots, 5))
    assert "older than 5" in slots.pointer(NAME).why_not(4)
    assert slots.pointer(NAME).why_not(6) == ""


def test_a_version_whose_check_ends_the_agent_three_times_is_not_tried_again(slots):
    for _ in range(3):
        assert slots.pointer(NAME).why_not(7) == ""
        slots.note_try(NAME, 7)
    assert "ended the agent" in slots.pointer(NAME).why_not(7)


def test_what_is_larger_than_the_quota_has_no_room_and_what_came_already_counts(slots):
    sent(slots, 1, bytes(6000))
    with pytest.raises(NoRoom, match="of the quota of 10000"):
        slots.draft("a" * 64, 5000)
    slots.draft("b" * 64, 4000).write_bytes(bytes(3000))
    assert slots.draft("b" * 64, 4000).stat().st_size == 3000


def test_what_an_end_in_the_middle_left_takes_no_room(slots):
    part = slots.draft("c" * 64, 9000)
    part.with_name("prices.json").write_bytes(bytes(9000))
    assert slots.draft("c" * 64, 9000) == part
    assert list(part.parent.iterdir()) == []


def test_proof_for_one_slot_is_none_for_its_follower(slots):
    slots.make_current(NAME, sent(slots, 1))
    before = slots.pointer(NAME).current
    slots.make_current(NAME, sent(slots, 2))
    slots.note_proved(NAME, before)
    assert not slots.pointer(NAME).is_proved


def test_an_archive_that_holds_more_than_it_says_is_no_slot(slots, tmp_path):
    packed = tmp_path / "packed.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", bytes(5000))
    sha256 = hashlib.sha256(packed.read_bytes()).hexdigest()
    slot = Slot(version=1, kind="gallery", sha256=sha256, file="content", bytes=100)
    slots.draft(sha256, 200).write_bytes(packed.read_bytes())
    with pytest.raises(SyncError, match="more than the 100 bytes"):
        slots.fill(slot, is_packed=True)
    assert not slots.holds(slot)


def test_a_pointer_that_cannot_be_read_is_put_aside(slots):
    slots.make_current(NAME, sent(slots, 1))
    (path,) = (slots.folder / "current").glob("*.json")
    path.write_text("{", encoding="utf-8")
    assert current(slots) is None
    assert path.with_suffix(".damaged").exists()
