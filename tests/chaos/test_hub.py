"""What the hub must survive: cases 11, 26, 30 to 37 and 39."""

import asyncio
import json
import shutil
import threading
from random import Random

import pytest

from cloud_hub.link.ingest.message import Message
from cloud_hub.link.ingest.unit_of_work import Projector
from cloud_hub.link.letters.replay import replay_unknown
from cloud_hub.register import PROJECTIONS
from sync.downlink.commands import Command, Inbox
from sync.events import EVENT_TYPES, EventBody, Lane
from sync.link.link_state import LinkState
from sync.outbox.outbox import Outbox
from sync.wire.messages import Hello
from sync.wire.topics import Downlink, dn_topic, up_topic
from tests.chaos.scene import (
    COOLER,
    ROOT,
    TILL,
    assert_every_event_is_accounted_for,
    drain,
    is_empty,
    kept,
    open_outbox,
    reading,
    row_of,
    sale,
    sales,
    until,
    waiting,
)
from tests.chaos.setups import Way, on
from tests.talking_device import NOON, TalkingDevice

pytestmark = pytest.mark.chaos


async def test_11_37_three_workers_take_the_same_batches_in_any_order_at_once(setup):
    async with setup.hub() as hub:
        till = TalkingDevice()
        till.say(*sales(0, 400))
        records = till.records[Lane.SALE]
        batches = [till.batch(Lane.SALE, records[n : n + 20]) for n in range(0, 400, 20)]
        hub.ingest().take([till.hello()])

        def work(seed: int) -> None:
            shuffled = batches[:]
            Random(seed).shuffle(shuffled)
            worker = hub.ingest()
            for start in range(0, len(shuffled), 3):
                worker.take(shuffled[start : start + 3])

        threads = [threading.Thread(target=work, args=(seed,)) for seed in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            await asyncio.to_thread(thread.join)
        assert kept(hub).receipts == 400
        assert (await row_of(hub, Lane.SALE))["resends"] == 800
        await assert_every_event_is_accounted_for(hub)


@on(Way.EMBEDDED)
async def test_26_a_device_whose_claim_was_taken_back_keeps_its_events(setup, outbox):
    """Where the hub itself keeps the passwords."""
    async with setup.hub() as hub:
        outbox.append(*sales(0, 50))
        async with setup.sending(outbox):
            await until(is_empty(outbox))
        answer = await hub.http.post(f"/api/v1/devices/{TILL}/reset-claim?tenant_id=linguang")
        assert answer.status_code == 204, answer.text
        outbox.append(*sales(50, 50))
        states: list[LinkState] = []
        async with setup.sending(outbox, on_status=lambda s: states.append(s.state)):
            await until(lambda: LinkState.REFUSED in states)
        assert waiting(outbox) == 50
        setup.passwords[TILL] = (await hub.claim(TILL))["password"]
        async with setup.sending(outbox):
            await drain(hub, outbox)
        assert kept(hub).receipts == 100


@on(Way.MOSQUITTO, Way.MANY)
async def test_26_a_device_that_the_brokers_no_longer_know_keeps_its_events(setup, outbox):
    """Where the brokers keep the passwords, each its own list."""
    known = {name: f"password-{name}" for name in ("aisle-hub", TILL)}
    setup.require_passwords(known)
    async with setup.hub() as hub:
        outbox.append(*sales(0, 50))
        async with setup.sending(outbox):
            await until(is_empty(outbox))
        setup.require_passwords({"aisle-hub": known["aisle-hub"]})
        outbox.append(*sales(50, 50))
        states: list[LinkState] = []
        login = {"user_name": TILL, "password": known[TILL]}
        async with setup.sending(outbox, on_status=lambda s: states.append(s.state), **login):
            await until(lambda: LinkState.REFUSED in states)
        assert waiting(outbox) == 50
        setup.require_passwords(known)
        async with setup.sending(outbox):
            await drain(hub, outbox)
        assert kept(hub).receipts == 100


def broken(number: int) -> EventBody:
    """A receipt whose currency no hub takes."""
    return sale(number).model_copy(update={"currency": "yuan"})


async def test_30_poison_among_good_events(setup, outbox):
    outbox.append(sale(0), broken(1), sale(2), broken(3), sale(4))
    async with setup.hub() as hub, setup.sending(outbox):
        await drain(hub, outbox)
        found = kept(hub)
        assert (found.receipts, found.letters) == (3, 2)
        assert (await row_of(hub, Lane.SALE))["dead"] == 2


async def test_31_batches_that_cannot_be_read_stop_nothing(setup, outbox):
    async with setup.hub() as hub:
        link = await setup.stranger()
        for payload in (b"", b"\x00" * 100, b"{}\n", b'{"sha256":"0"}\n\x28\xb5\x2f\xfd'):
            await link.publish(up_topic("linguang", "s01", TILL, Lane.SALE), payload)
            await link.publish(up_topic("linguang", "s01", TILL, None), payload)
        await link.publish("aisle/1/up/linguang/s01/unknown-device/0", b"x")
        await link.publish("aisle/1/up/linguang/s01/x/y/z", b"x")
        outbox.append(*sales(0, 10))
        async with setup.sending(outbox):
            await drain(hub, outbox)
        found = kept(hub)
        assert found.receipts == 10
        assert found.letters == 4
        await link.close()


async def test_32_what_an_older_hub_cannot_read_is_read_after_its_upgrade(
    setup, outbox, monkeypatch
):
    newer = reading().model_copy(update={"colour": "green"})
    outbox.append(newer, *sales(0, 5))
    async with setup.hub() as hub:
        with monkeypatch.context() as older:
            older.delitem(EVENT_TYPES, "cooler")
            async with setup.sending(outbox):
                await drain(hub, outbox)
            assert kept(hub).outcomes["unknown"] == 1
        parts = hub.hub
        replayed = await asyncio.to_thread(
            replay_unknown,
            parts.database,
            Projector.of(parts, PROJECTIONS),
            parts.clock.now(),
        )
        assert replayed == 1
        assert "unknown" not in kept(hub).outcomes
        await assert_every_event_is_accounted_for(hub, outbox)


async def test_34_a_cloned_device_is_fenced_alarmed_and_keeps_its_events(setup, tmp_path):
    states: list[LinkState] = []
    original = open_outbox(tmp_path)
    original.append(*sales(0, 5))
    async with setup.hub() as hub:
        async with setup.sending(original, on_status=lambda s: states.append(s.state)):
            await until(is_empty(original))
            copy = tmp_path / "copy"
            copy.mkdir()
            for name in ("agent.db", "agent.db-wal"):
                shutil.copy(tmp_path / name, copy)
            clone = open_outbox(copy)
            async with setup.sending(clone):
                clone.append(sale(100))
                await until(is_empty(clone))
                original.append(sale(200))
                await until(lambda: LinkState.FENCED in states)
        assert waiting(original) == 1
        assert kept(hub).receipts == 6
        findings = await hub.http.get("/api/v1/devices")
        assert findings.status_code == 200
    original.close()
    clone.close()


async def test_35_a_device_restored_from_a_backup_loses_no_new_event(setup, tmp_path):
    path = tmp_path / "agent.db"
    async with setup.hub() as hub:
        outbox = open_outbox(tmp_path)
        async with setup.sending(outbox):
            outbox.append(*sales(0, 10))
            await until(is_empty(outbox))
        outbox.close()
        backup = path.read_bytes()
        outbox = open_outbox(tmp_path)
        async with setup.sending(outbox):
            outbox.append(*sales(10, 10))
            await until(is_empty(outbox))
        outbox.close()
        path.write_bytes(backup)
        outbox = open_outbox(tmp_path)
        outbox.append(*sales(100, 30))
        with hub.hub.database.writing() as session:
            # As if the old disk had died yesterday: its rival is silent.
            from datetime import timedelta

            from cloud_hub.master_data.place_tables import DeviceRow

            device = session.get(DeviceRow, ("linguang", TILL))
            device.heard_at = hub.hub.clock.now() - timedelta(days=1)
        async with setup.sending(outbox):
            await drain(hub, outbox)
        assert outbox.epoch == 2
        assert kept(hub).receipts == 50
        outbox.close()


async def test_36_a_hub_restored_from_a_backup_asks_again(setup, outbox):
    async with setup.hub() as hub, setup.sending(outbox):
        outbox.append(*sales(0, 100))
        await drain(hub, outbox)
    setup.back_up("backup")
    async with setup.hub(load=False) as hub, setup.sending(outbox):
        outbox.append(*sales(100, 150))
        await drain(hub, outbox)
    setup.put_back("backup")
    async with setup.hub(load=False) as hub, setup.sending(outbox):
        await until(lambda: kept(hub).receipts == 250)
        await drain(hub, outbox)
    assert outbox.epoch == 1


async def test_a_device_may_not_write_under_anothers_name(setup, outbox):
    """Even where a broker would let it: the cooler sends on the till's topic."""
    outbox.append(*sales(0, 3))
    async with setup.hub() as hub:
        forger = TalkingDevice("s02")
        forger.say(sale(9))
        (batch,) = forger.batches()
        link = await setup.stranger()
        await link.publish(up_topic("linguang", "s01", TILL, Lane.SALE), batch.payload)
        async with setup.sending(outbox):
            await drain(hub, outbox)
        assert kept(hub).receipts == 3
        await link.close()
    assert Message(topic="", payload=b"", received_at=NOON).payload == b""


def results(outbox: Outbox) -> list[str]:
    records = outbox.read((1, Lane.RESULT), 1, 99).records
    return [json.loads(record.body)["outcome"] for record in records]


async def test_39_retained_late_and_repeated_commands_run_at_most_once(setup, outbox):
    ran: list[object] = []

    async def unlock(arguments):
        ran.append(arguments)
        return "unlocked"

    inbox = Inbox(outbox, {"unlock": unlock})
    topic = dn_topic("linguang", "s01", COOLER, Downlink.COMMAND)

    def command(name: str, **more: object) -> bytes:
        return Command(command_id=name, name="unlock", expires_in_s=30, **more).to_bytes()

    stop = asyncio.Event()
    async with setup.hub() as hub:
        link = await setup.stranger()
        link._client.publish(topic, command("retained"), qos=1, retain=True)
        working = asyncio.create_task(inbox.run(stop))
        receive = lambda message: inbox.receive(message.payload)  # noqa: E731
        outbox.append(reading())
        async with setup.sending(outbox, device=COOLER, on_down=receive):
            await until(is_empty(outbox))
            for payload in (command("a"), command("a"), command("late", age_s=31), command("b")):
                await link.publish(topic, payload)
            await until(lambda: len(results(outbox)) == 3)
        async with setup.sending(outbox, device=COOLER, on_down=receive):
            await link.publish(topic, command("a"))
            await drain(hub, outbox)
        stop.set()
        await working
        await link.close()
    assert len(ran) == 2
    assert sorted(results(outbox)) == ["done", "done", "expired"]


async def test_33_an_agent_of_every_release_is_understood(setup, tmp_path):
    corpus = ROOT / "tests" / "unit" / "sync" / "corpus"
    for release in sorted(path for path in corpus.iterdir() if path.is_dir()):
        folder = tmp_path / release.name
        async with setup.hub(folder) as hub:
            link = await setup.stranger(folder)
            hello = (release / "hello.json").read_bytes()
            await link.publish(up_topic("linguang", "s01", TILL, None), hello)
            batches = sorted(release.glob("lane-*.batch"))
            for path in batches:
                lane = Lane(int(path.stem.removeprefix("lane-")))
                await link.publish(up_topic("linguang", "s01", TILL, lane), path.read_bytes())
            produced = sum(lane.next - 1 for lane in Hello.from_bytes(hello).lanes)
            await until(lambda hub=hub, produced=produced: kept(hub).events == produced)
            assert not {"unknown", "dead"} & set(kept(hub).outcomes)
            await link.close()
