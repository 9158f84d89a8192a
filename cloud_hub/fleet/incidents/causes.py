"""Why things went wrong together: one table of rules, the widest cause first."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeVar

from cloud_hub.core.text import Said, Text
from cloud_hub.fleet.alarm_findings import alarm_name
from cloud_hub.fleet.incidents.signals import QUIET, Signal
from cloud_hub.master_data.chain import Chain

TOGETHER: Final = timedelta(minutes=10)
"""What begins within this time may have one cause."""
MOST: Final = 0.8
MANY_STORES: Final = 3
AFTER_CHANGE: Final = timedelta(days=1)
"""An alarm that begins within this time after a version came may be the version's."""

KeyT = TypeVar("KeyT")

_HUB = Text("Broker or hub: {n} devices in {stores} stores are not heard")
_NETWORK = Text("{store}: network: {n} devices are not heard")
_VERSION = Text("{version}: {alarm} in {stores} stores")
_KIND = Text("{store}: {alarm} on {n} devices")
_SINGLE = Text("{store}: {device}: {alarm}")
_NOT_HEARD = Text("not heard")


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionChange:
    """A version that these devices were given at that time."""

    version: str
    at: datetime
    devices: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What the rules look at: the chain, and which versions came lately."""

    chain: Chain
    changes: tuple[VersionChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What has one cause. `rule` and `subject` name it, `said` tells it."""

    rule: str
    subject: str
    said: Text
    store_id: str | None
    members: tuple[Signal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row of the table: the cause's name, and the groups that it sees among signals."""

    name: str
    find: Callable[[Sight, Sequence[Signal]], Iterator[Group]]


def groups(sight: Sight, signals: Sequence[Signal]) -> tuple[Group, ...]:
    """Every signal, in the group of its widest cause."""
    left, found = list(signals), []
    for rule in RULES:
        for group in rule.find(sight, tuple(left)):
            taken = {one.key for one in group.members}
            left = [one for one in left if one.key not in taken]
            found.append(group)
    return tuple(found)


def named(what: str) -> Said:
    """What is wrong, in words."""
    return _NOT_HEARD if what == QUIET else alarm_name(what)


def rank(rule: str) -> int:
    """The place of a rule in the table: lower is wider."""
    return [one.name for one in RULES].index(rule)


def _hub(sight: Sight, signals: Sequence[Signal]) -> Iterator[Group]:
    quiet = [one for one in signals if one.what == QUIET]
    members = _fell_together(sight, quiet, list(sight.chain.stores))
    stores = {one.store_id for one in members}
    if len(stores) >= 2:
        said = _HUB.filled(n=len(members), stores=len(stores))
        yield Group(rule="hub", subject="hub", said=said, store_id=None, members=members)


def _network(sight: Sight, signals: Sequence[Signal]) -> Iterator[Group]:
    by_store = _by(signals, lambda one: one.store_id if one.what == QUIET else None)
    for store_id, quiet in by_store.items():
        members = _fell_together(sight, quiet, [store_id])
        if len(members) >= 2:
            yield Group(
                rule="network",
                subject=store_id,
                said=_NETWORK.filled(store=sight.chain.stores[store_id].name, n=len(members)),
                store_id=store_id,
                members=members,
            )


def _fell_together(
    sight: Sight, quiet: Sequence[Signal], store_ids: Sequence[str]
) -> tuple[Signal, ...]:
    """Those that fell silent from a moment on within which most devices that were heard until then
    did; none where there is no such moment."""
    heard = [one for one in sight.chain.devices.values() if one.heard_at is not None]
    stores = frozenset(store_ids)
    known = sum(one.store_id in stores for one in heard)
    for number, first in enumerate(quiet):
        later = quiet[number:]
        fell = [one for one in later if one.since - first.since <= TOGETHER]
        if len(fell) >= max(2, MOST * (known - number)):
            return tuple(later)
    return ()


def _version(sight: Sight, signals: Sequence[Signal]) -> Iterator[Group]:
    for what, alike in _by(signals, lambda one: None if one.what == QUIET else one.what).items():
        for change in sight.changes:
            members = tuple(
                one
                for one in alike
                if one.device_id in change.devices
                and change.at <= one.since <= change.at + AFTER_CHANGE
            )
            stores = {one.store_id for one in members}
            if len(stores) >= MANY_STORES:
                said = _VERSION.filled(
                    version=change.version, alarm=named(what), stores=len(stores)
                )
                subject = f"{change.version}/{what}"
                yield Group(
                    rule="version", subject=subject, said=said, store_id=None, members=members
                )
                break


def _kind(sight: Sight, signals: Sequence[Signal]) -> Iterator[Group]:
    def of_store(one: Signal) -> tuple[str, str] | None:
        return None if one.what == QUIET else (one.store_id, one.what)

    for (store_id, what), alike in _by(signals, of_store).items():
        devices = {one.device_id for one in alike}
        if len(devices) >= 2:
            said = _KIND.filled(
                store=sight.chain.stores[store_id].name, alarm=named(what), n=len(devices)
            )
            yield Group(
                rule="kind",
                subject=f"{store_id}/{what}",
                said=said,
                store_id=store_id,
                members=tuple(alike),
            )


def _single(sight: Sight, signals: Sequence[Signal]) -> Iterator[Group]:
    for one in signals:
        device = sight.chain.devices.get(one.device_id)
        said = _SINGLE.filled(
            store=sight.chain.stores[one.store_id].name,
            device=device.name if device else one.device_id,
            alarm=named(one.what),
        )
        yield Group(
            rule="single", subject=one.key, said=said, store_id=one.store_id, members=(one,)
        )


RULES: Final = (
    Rule(name="hub", find=_hub),
    Rule(name="network", find=_network),
    Rule(name="version", find=_version),
    Rule(name="kind", find=_kind),
    Rule(name="single", find=_single),
)
"""Most devices of several stores silent within minutes; most of one store; one alarm in many stores
after a version came; one alarm on several devices of a store; anything else by itself."""


def _by(
    signals: Iterable[Signal], key: Callable[[Signal], KeyT | None]
) -> dict[KeyT, list[Signal]]:
    found: dict[KeyT, list[Signal]] = defaultdict(list)
    for one in signals:
        named_by = key(one)
        if named_by is not None:
            found[named_by].append(one)
    return found
