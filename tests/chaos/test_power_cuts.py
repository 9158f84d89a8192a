"""Power cuts at every named point of a sale and of a photo's way: nothing that was acknowledged is
lost, nothing is there twice, and the next start works.

Those of an update are in test_artifacts.py, those of the link in test_processes.py.
"""

import asyncio
import hashlib

import pytest

from sync.core.failpoints import Failpoint
from tests.chaos.power_cuts import KILLED, Shop, at_hub, audit
from tests.chaos.scene import until
from tests.chaos.setups import Way, on

pytestmark = pytest.mark.chaos

SALES = 12
OF_A_SALE = (
    Failpoint.SALE_BEFORE_WRITE,
    Failpoint.SALE_MID_ACT,
    Failpoint.WRITER_BEFORE_COMMIT,
    Failpoint.WRITER_AFTER_COMMIT,
    Failpoint.SALE_BEFORE_ANSWER,
)
OF_A_PHOTO = (
    Failpoint.PHOTO_MID_FILE,
    Failpoint.PHOTO_BEFORE_NAME,
    Failpoint.PHOTO_BEFORE_BOOKED,
    Failpoint.UPLOAD_MID_PICTURE,
    Failpoint.UPLOAD_BEFORE_NOTING,
)
OF_A_PHOTO_AT_THE_HUB = (
    Failpoint.MEDIA_MID_FILE,
    Failpoint.MEDIA_BEFORE_NAME,
    Failpoint.MEDIA_BEFORE_NOTING,
)


@pytest.fixture
async def shop(setup):
    async with setup.hub():
        pass
    return Shop(setup)


async def sell_through(shop: Shop, first: int, count: int) -> list[str]:
    return [await shop.sell_surely(f"sale-{number}") for number in range(first, first + count)]


@pytest.mark.parametrize("point", OF_A_SALE, ids=str)
@on(Way.EMBEDDED)
async def test_a_sale_is_there_once_after_a_power_cut_at_each_of_its_points(shop, point):
    with shop.setup.hub_process():
        with shop.agent("till", point) as dying:
            asked = asyncio.create_task(sell_through(shop, 0, SALES))
            await until(lambda: dying.poll() is not None)
            assert dying.returncode == KILLED
        with shop.agent("till"):
            events = await asked
            events += await sell_through(shop, 0, SALES)
            events += await sell_through(shop, SALES, 3)
            await until(lambda: len(at_hub(shop.setup).receipts) >= SALES + 3)
            told = await audit(shop.setup)
    assert len(set(events)) == SALES + 3
    assert len(at_hub(shop.setup).receipts) == SALES + 3
    assert told["balanced"], told


def has_everything(shop: Shop, names: list[str]) -> bool:
    """Whether the hub has every photo's observation and whole picture."""
    wanted = {hashlib.sha256((shop.photos / name).read_bytes()).hexdigest() for name in names}
    found = at_hub(shop.setup)
    return found.observed >= len(names) and found.pictures == dict.fromkeys(wanted, True)


def assert_photos_are_there_once(shop: Shop, names: list[str]) -> None:
    found = at_hub(shop.setup)
    assert found.observed == len(names)
    for name in names:
        data = (shop.photos / name).read_bytes()
        sha256 = hashlib.sha256(data).hexdigest()
        kept = shop.setup.hub_folder / "media" / sha256[:2] / sha256
        assert kept.read_bytes() == data
    assert list(shop.data("cooler").glob("media/??/*.draft")) == []
    assert [one for one in shop.setup.hub_folder.glob("media/partial/*/*/*") if one.is_file()] == []


@pytest.mark.parametrize("cut_tail", [False, True], ids=["", "and-the-tails-of-drafts-cut"])
@pytest.mark.parametrize("point", OF_A_PHOTO, ids=str)
@on(Way.EMBEDDED)
async def test_a_photo_is_there_once_after_a_power_cut_at_the_device(shop, point, cut_tail):
    shop.take_photo("20261101T080000Z", 1)
    with shop.setup.hub_process():
        with shop.agent("cooler", point) as dying:
            await until(lambda: dying.poll() is not None)
            assert dying.returncode == KILLED
        if cut_tail:
            # What was not on the disk for certain is short, as after a real power cut.
            for draft in shop.data("cooler").glob("media/??/*.draft"):
                draft.write_bytes(draft.read_bytes()[:-1000])
        shop.take_photo("20261101T090000Z", 2)
        names = ["20261101T080000Z.jpg", "20261101T090000Z.jpg"]
        with shop.agent("cooler"):
            await until(lambda: has_everything(shop, names))
            told = await audit(shop.setup)
    assert_photos_are_there_once(shop, names)
    assert told["balanced"], told


@pytest.mark.parametrize("point", OF_A_PHOTO_AT_THE_HUB, ids=str)
@on(Way.EMBEDDED)
async def test_a_photo_is_there_once_after_a_power_cut_at_the_hub(shop, point):
    shop.take_photo("20261101T080000Z", 1)
    with shop.agent("cooler"):
        with shop.setup.hub_process(point) as dying:
            await until(lambda: dying.poll() is not None)
            assert dying.returncode == KILLED
        if point is Failpoint.MEDIA_MID_FILE:
            for part in shop.setup.hub_folder.glob("media/partial/*/*/*"):
                part.write_bytes(part.read_bytes()[:-1000])
        with shop.setup.hub_process():
            await until(lambda: has_everything(shop, ["20261101T080000Z.jpg"]))
            told = await audit(shop.setup)
    assert_photos_are_there_once(shop, ["20261101T080000Z.jpg"])
    assert told["balanced"], told
