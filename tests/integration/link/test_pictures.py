"""A device's whole way in: claim, events and pictures, against a real hub over real HTTP."""

import asyncio
import stat
from contextlib import asynccontextmanager
from random import Random

import pytest

from simulators.connections.network import FaultyProxy
from sync.core.clock import SystemClock
from sync.events import MediaTaken
from sync.link.credentials import FILE_NAME, DeviceClaim, claim_secret, load_credentials
from sync.link.link_state import LinkHost, LinkState
from sync.link.media import CHUNK_BYTES, MediaStore
from sync.link.uplink import Uplink, run_link
from sync.outbox.outbox import Outbox
from tests.running_hub import running_hub, served
from tests.talking_device import NOON, small_chain

CLAIM = DeviceClaim(tenant="linguang", device="s01-cooler", claim_token="claim-token-s01-cooler")


@asynccontextmanager
async def linked(outbox, store, url, folder, statuses):
    stop = asyncio.Event()
    task = asyncio.create_task(
        run_link(
            outbox,
            store,
            Uplink(hub_url=url, folder=folder, claim=CLAIM, agent_version="1", reconnect_cap_s=0.5),
            LinkHost(clock=SystemClock(), rng=Random(1), stop=stop, on_status=statuses.append),
        )
    )
    try:
        yield
    finally:
        stop.set()
        await task


@pytest.fixture
def outbox(tmp_path):
    made = Outbox.open(
        tmp_path / "agent.db", clock=SystemClock(), quota_bytes=32 << 20, rng=Random(1)
    )
    yield made
    made.close()


def take_picture(outbox: Outbox, store: MediaStore, data: bytes) -> str:
    picture = store.put(data)
    with outbox.transaction() as transaction:
        store.register(transaction, picture)
        transaction.append(
            MediaTaken(
                sha256=picture.sha256,
                bytes=picture.bytes,
                media_type="image/jpeg",
                width_px=640,
                height_px=480,
                taken_at=NOON,
                subject="s01-a",
            )
        )
    return picture.sha256


async def until(condition, seconds=40.0):
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.05)


async def test_a_device_claims_sends_and_uploads_through_a_bad_network(tmp_path, outbox, free_port):
    store = MediaStore(tmp_path / "media", outbox, quota_bytes=32 << 20)
    large = Random(1).randbytes(3 * CHUNK_BYTES + 17)
    statuses = []
    async with running_hub(tmp_path / "hub", port=free_port()) as hub:
        await hub.load(small_chain())
        async with (
            served(hub, free_port()) as url,
            FaultyProxy("127.0.0.1", int(url.rpartition(":")[2])) as proxy,
        ):
            proxy.cut()
            through = f"http://127.0.0.1:{proxy.port}"
            async with linked(outbox, store, through, tmp_path / "device", statuses):
                sha256 = take_picture(outbox, store, large)
                await until(lambda: bool(statuses))
                assert statuses[0].state is LinkState.OFFLINE
                proxy.restore()
                await until(lambda: proxy.to_target_bytes > CHUNK_BYTES)
                proxy.reset()
                await until(lambda: not store.waiting())
                await until(lambda: not any(books.waiting for books in outbox.books()))
            assert hub.hub.pictures.path(sha256).read_bytes() == large
            again = [status.state for status in statuses]
            assert LinkState.ONLINE in again
    kept = tmp_path / "device" / FILE_NAME
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert load_credentials(tmp_path / "device", CLAIM, through) is not None
    assert load_credentials(tmp_path / "device", CLAIM, "http://another") is None


async def test_an_answer_to_the_claim_that_was_lost_does_not_lock_the_device_out(
    tmp_path, outbox, free_port
):
    folder = tmp_path / "device"
    statuses = []
    async with running_hub(tmp_path / "hub", port=free_port()) as hub:
        await hub.load(small_chain())
        async with served(hub, free_port()) as url:
            body = {
                "tenant_id": CLAIM.tenant,
                "device_id": CLAIM.device,
                "claim_token": CLAIM.claim_token,
                "secret": claim_secret(folder),
            }
            answer = await hub.http.post("/api/v1/devices/claim", json=body)
            assert answer.status_code == 200
            async with linked(outbox, None, url, folder, statuses):
                await until(lambda: any(s.state is LinkState.ONLINE for s in statuses))
