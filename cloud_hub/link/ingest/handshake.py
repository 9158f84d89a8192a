"""A device's hello → the hub's answer: who may go on, and which numbers are missing."""

from datetime import datetime
from functools import cache
from importlib.metadata import version

from cloud_hub.core.settings import HubSettings
from cloud_hub.link.broker.connections import ensure_connection, open_connection
from cloud_hub.link.hub_alarms import RIVAL, HubAlarm, raise_alarm
from cloud_hub.link.ingest.lane_state import LaneBooks, welcome_run
from cloud_hub.link.tables import Epoch
from cloud_hub.master_data.place_tables import DeviceRow
from sync.events import Lane
from sync.wire.messages import (
    HELD_EVERY_S,
    RUNS_TOLD,
    Hello,
    HelloAnswer,
    LaneKnown,
    LiveEpoch,
    Verdict,
    judge_hello,
)

FIRST_CREDIT = 1
"""Batches that a device may send before the hub has acknowledged one: after a restart a whole
fleet says hello at once."""


def answer_hello(
    books: LaneBooks, device: DeviceRow, hello: Hello, settings: HubSettings
) -> HelloAnswer:
    """The answer, with every change it means noted in `books`' session."""
    now = books.now
    live = books.live_epoch(device.tenant_id, device.device_id)
    verdict, epoch = judge_hello(hello, _live(live, device, hello, now))
    if verdict is Verdict.FENCED:
        detail = "a second device uses this identity"
        alarm = HubAlarm(alarm=RIVAL, subject=hello.run, detail=detail)
        raise_alarm(books.session, device, alarm, now)
    else:
        is_heartbeat = live is not None and hello.run == next(iter(live.runs), None)
        _go_on(books, device, hello, epoch, renewed=verdict is Verdict.RENEW)
        is_first = device.first_connected_at is None
        device.connected_at = device.heard_at = now
        device.first_connected_at = device.first_connected_at or now
        link = ensure_connection if is_heartbeat else open_connection
        link(books.session, device, now)
        device.agent_version = hello.agent_version
        for lane in hello.lanes:
            key = (device.tenant_id, device.device_id, lane.epoch, int(lane.lane))
            books.lose(key, lane.lost)
            books.claim(key, next_seq=lane.next, base=lane.oldest, is_first=is_first)
    return HelloAnswer(
        run=hello.run,
        verdict=verdict,
        epoch=epoch,
        lanes=_lanes_known(books, device, hello, epoch),
        credit=min(FIRST_CREDIT, settings.credit_batches),
        hub_at=now,
        spread_s=settings.reconnect_spread_s,
        held_every_s=HELD_EVERY_S,
        hub_version=_hub_version(),
    )


@cache
def _hub_version() -> str:
    """Reading it takes longer than the rest of a hello."""
    return version("aisleos")


def _live(live: Epoch | None, device: DeviceRow, hello: Hello, now: datetime) -> LiveEpoch | None:
    if live is None:
        return None
    heard_at = device.heard_at or live.first_heard_at
    return LiveEpoch(
        epoch=live.epoch,
        # A renewed epoch has no nonce until the run it was given to says hello under it.
        nonce=live.nonce or (hello.nonce if hello.run in live.runs else ""),
        run=live.runs[0] if live.runs else "",
        silent_s=(now - heard_at).total_seconds(),
    )


def _go_on(books: LaneBooks, device: DeviceRow, hello: Hello, epoch: int, *, renewed: bool) -> None:
    """Makes `epoch` the live one. A renewed one gets its nonce with the device's next hello."""
    live = books.live_epoch(device.tenant_id, device.device_id)
    books.forget_live(device)
    if live is not None and live.epoch != epoch:
        live.state = "past"
    entry = books.session.get(Epoch, (device.tenant_id, device.device_id, epoch))
    if entry is None:
        entry = Epoch(
            tenant_id=device.tenant_id,
            device_id=device.device_id,
            epoch=epoch,
            nonce="",
            state="live",
            runs=[],
            first_heard_at=books.now,
        )
        books.session.add(entry)
    entry.state = "live"
    if not renewed:
        entry.nonce = hello.nonce
    welcome_run(entry, hello.run)


def _lanes_known(
    books: LaneBooks, device: DeviceRow, hello: Hello, epoch: int
) -> tuple[LaneKnown, ...]:
    named = {(lane.epoch, lane.lane) for lane in hello.lanes}
    named |= {(epoch, lane) for lane in Lane}
    return tuple(_lane_known(books, device, number, lane) for number, lane in sorted(named))


def _lane_known(books: LaneBooks, device: DeviceRow, epoch: int, lane: Lane) -> LaneKnown:
    key = (device.tenant_id, device.device_id, epoch, int(lane))
    book = books.lane(key)
    known = book.arrived.copy()
    arrived: list[tuple[int, int]] = []
    for first, last in book.lost:
        arrived += known.inside(first, last)
        known.add(first, last)
    watermark = known.watermark()
    highest = max(known.highest(), books.claimed(key))
    missing = known.missing(watermark + 1, highest)
    if len(missing) > RUNS_TOLD:
        # What is not told as missing counts as here, so the tail is asked for as a whole.
        missing = [*missing[: RUNS_TOLD - 1], (missing[RUNS_TOLD - 1][0], highest)]
    return LaneKnown(
        epoch=epoch,
        lane=lane,
        watermark=watermark,
        highest=highest,
        missing=tuple(missing),
        arrived=tuple(arrived[-RUNS_TOLD:]),
    )
