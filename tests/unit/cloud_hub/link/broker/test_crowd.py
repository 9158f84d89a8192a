"""There is room for so many, and the honest find it."""

import asyncio
from typing import cast

from cloud_hub.link.broker.caller import Caller
from cloud_hub.link.broker.crowd import Crowd, Room, Visitor
from cloud_hub.link.broker.device_identity import DeviceIdentity
from cloud_hub.link.broker.refusals import LinkRefusal

HUB = Caller(device=None)


class Transport:
    """Knows whether it was cut."""

    def __init__(self) -> None:
        self.transport = self
        self.is_cut = False

    def abort(self) -> None:
        """Cuts it."""
        self.is_cut = True


def visitor(address: str = "127.0.0.1") -> Visitor:
    return Visitor(address=address, writer=cast("asyncio.StreamWriter", Transport()))


def device(name: str, tenant: str = "linguang") -> Caller:
    return Caller(device=DeviceIdentity(tenant_id=tenant, store_id="s01", device_id=name))


def crowd() -> Crowd:
    return Crowd(
        room=Room(
            unread=4,
            unread_of_address=3,
            checking=2,
            inside=4,
            inside_of_address=3,
            inside_of_device=2,
        )
    )


def test_who_says_nothing_for_longest_makes_room() -> None:
    room, silent = crowd(), [visitor() for _ in range(3)]
    assert [room.arrive(one) for one in silent] == [[], [], []]
    assert room.arrive(visitor()) == [silent[0]]
    assert [one.is_sent_away for one in silent] == [True, False, False]


def test_an_address_that_fills_the_door_pushes_out_its_own() -> None:
    room, other = crowd(), visitor("127.0.0.2")
    room.arrive(other)
    for _ in range(50):
        room.arrive(visitor())
    assert not other.is_sent_away
    for number in range(3, 10):
        room.arrive(visitor(f"127.0.0.{number}"))
    assert other.is_sent_away


def test_who_has_spoken_is_pushed_out_no_more() -> None:
    room, honest = crowd(), visitor()
    room.arrive(honest)
    room.has_spoken(honest)
    for _ in range(50):
        room.arrive(visitor())
    assert not honest.is_sent_away


def test_a_device_a_house_and_an_address_are_full_at_some_number() -> None:
    room, till = crowd(), device("s01-till")
    for run in ("a", "b"):
        assert room.refuse(till, visitor(), run) is None
        room.enter(till, visitor(), run)
    assert room.refuse(till, visitor(), "c") is LinkRefusal.TOO_MANY
    assert room.refuse(device("s01-till", "other"), visitor(), "c") is None
    room.enter(device("s01-door"), visitor(), "d")
    assert room.refuse(device("s02-till"), visitor(), "e") is LinkRefusal.FULL
    assert room.refuse(device("s02-till"), visitor("127.0.0.2"), "e") is None
    room.enter(device("s02-till"), visitor("127.0.0.2"), "e")
    assert room.refuse(device("s03-till"), visitor("127.0.0.3"), "f") is LinkRefusal.FULL
    assert room.refuse(HUB, visitor(), "hub") is None


def test_who_comes_again_under_its_own_name_takes_its_own_place() -> None:
    room, till = crowd(), device("s01-till")
    first, second = visitor(), visitor()
    room.enter(till, first, "a")
    room.enter(till, visitor(), "b")
    assert room.refuse(till, second, "a") is None
    room.enter(till, second, "a")
    assert (first.is_sent_away, second.is_sent_away) == (True, False)
    room.leave(till, first, "a")
    assert room.refuse(till, visitor(), "c") is LinkRefusal.TOO_MANY


def test_another_chains_device_of_the_same_name_is_left_alone() -> None:
    room, first = crowd(), visitor()
    room.enter(device("s01-till"), first, "s01-till")
    room.enter(device("s01-till", "other"), visitor(), "s01-till")
    assert not first.is_sent_away


def test_a_device_that_has_left_leaves_nothing_behind() -> None:
    room, till = crowd(), device("s01-till")
    for number in range(100):
        one = visitor(f"127.0.0.{number}")
        room.arrive(one)
        room.has_spoken(one)
        room.enter(till, one, f"run-{number}")
        assert room.holds(till)
        room.leave(till, one, f"run-{number}")
        room.leave(till, one, f"run-{number}")
    assert not room.holds(till)
    assert room == crowd()


def test_at_the_end_everybody_goes() -> None:
    room, till = crowd(), device("s01-till")
    unread, inside = visitor(), visitor()
    room.arrive(unread)
    room.enter(till, inside, "a")
    room.send_everybody_away()
    assert unread.is_sent_away
    assert inside.is_sent_away
