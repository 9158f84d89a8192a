"""What a device remembers of its photos."""

from dataclasses import replace
from datetime import timedelta

from edge_agent.core.writer import Writer
from edge_agent.pipelines.shelves.photo_book import KeptPhoto, note, remembered, told, unreadable
from sync.core.clock import ManualClock


def kept(clock: ManualClock, name: str = "a.jpg") -> KeptPhoto:
    return KeptPhoto(
        name=name, taken_at=clock.now(), sha256="ab" * 32, quality="clear", facings=5, gaps=1
    )


async def test_what_was_noted_is_remembered_by_its_camera(
    writer: Writer, clock: ManualClock
) -> None:
    await writer.write(lambda transaction: note(transaction, "eye", kept(clock)))
    assert await writer.write(lambda transaction: remembered(transaction, "eye")) == (
        {"a.jpg"},
        kept(clock),
    )
    other = await writer.write(lambda transaction: remembered(transaction, "other"))
    assert other == (set(), None)


async def test_the_newest_that_could_be_read_is_the_latest(
    writer: Writer, clock: ManualClock
) -> None:
    newest = kept(clock, "b.jpg")
    older = replace(kept(clock), taken_at=clock.now() - timedelta(hours=1))
    bad = unreadable("c.jpg", clock.now() + timedelta(hours=1))
    for photo in (newest, older, bad):
        await writer.write(lambda transaction, photo=photo: note(transaction, "eye", photo))
    done, latest = await writer.write(lambda transaction: remembered(transaction, "eye"))
    assert (done, latest) == ({"a.jpg", "b.jpg", "c.jpg"}, newest)


async def test_a_photo_noted_again_is_one(writer: Writer, clock: ManualClock) -> None:
    for facings in (5, 7):
        photo = replace(kept(clock), facings=facings)
        await writer.write(lambda transaction, photo=photo: note(transaction, "eye", photo))
    done, latest = await writer.write(lambda transaction: remembered(transaction, "eye"))
    assert len(done) == 1
    assert latest is not None
    assert told(latest) == "a.jpg: clear, 7 facings, 1 gaps"
