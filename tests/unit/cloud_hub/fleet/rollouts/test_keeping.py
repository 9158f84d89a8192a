"""A version reaches devices wave by wave, no further than it does well, and back where it does
not."""

import shutil
from collections.abc import Callable
from datetime import timedelta

import pytest

from cloud_hub.core.errors import Refused
from cloud_hub.fleet.artifacts.artifacts import DesiredVersion
from cloud_hub.fleet.artifacts.device_choice import choose_devices
from cloud_hub.fleet.rollouts.deciding import NextStep
from cloud_hub.fleet.rollouts.keeping import BY_HAND, carry_out, end_rollout, stop_rollout
from cloud_hub.fleet.rollouts.tables import ArtifactRollout
from cloud_hub.master_data.place_tables import DeviceRow
from device_profiles.artifact import ArtifactKind
from tests.stage.rollouts.tills import KEY, NAME, NOW, PAUSE, TENANT, TILLS, Tills


def assign(tills: Tills, version: int) -> None:
    with tills.database.writing() as session:
        devices = choose_devices(session, TENANT, TILLS)
        desired = DesiredVersion(name=NAME, version=version, by="anna")
        tills.artifacts.assign(session, devices, desired, NOW)


def test_waves_double_while_devices_take_the_version(tills: Tills) -> None:
    tills.begin()
    sizes, now = [len(tills.asked())], NOW
    while tills.state == "running":
        for till in tills.asked():
            tills.say(till)
        now += PAUSE
        tills.advance(now)
        sizes.append(len(tills.asked()))
    assert sizes == [2, 4, 8, 10, 10]
    assert tills.state == "done"


def test_too_many_problems_take_it_back_to_what_was_wanted_before(tills: Tills) -> None:
    assign(tills, 1)
    tills.begin(stop_above=0.4)
    good, bad = tills.asked()
    tills.say(good)
    tills.say(bad, "version 2: its golden picture is not found")
    tills.advance(NOW)
    assert tills.state == "back"
    assert tills.why == (
        f"1 of 2 devices cannot take it; {bad}: version 2: its golden picture is not found"
    )
    assert tills.asked() == []
    # No device takes a version below one that it had: the content of 1 comes as 3.
    assert sorted(tills.asked(3)) == sorted([good, bad])
    assert len(tills.asked(1)) == 8
    first, _, third = sorted(tills.artifacts.listed(TENANT), key=lambda one: one.version)
    assert (third.version, third.sha256) == (3, first.sha256)
    tills.say(bad)
    tills.advance(NOW + 9 * PAUSE)
    assert tills.asked() == []


def test_who_had_nothing_before_goes_back_to_what_it_was_fitted_with(quick_tills: Tills) -> None:
    quick_tills.begin()
    quick_tills.say(quick_tills.asked()[0], "version 2: no")
    quick_tills.advance(NOW)
    assert quick_tills.state == "back"
    assert quick_tills.wanted() == {}
    assert len(quick_tills.artifacts.listed(TENANT)) == 2, "nothing was signed for that"


def test_who_was_assigned_another_version_meanwhile_keeps_it(quick_tills: Tills) -> None:
    quick_tills.begin()
    one, other = quick_tills.asked()
    with quick_tills.database.writing() as session:
        devices = [session.get_one(DeviceRow, (TENANT, one))]
        desired = DesiredVersion(name=NAME, version=1, by="ben")
        quick_tills.artifacts.assign(session, devices, desired, NOW)
    quick_tills.say(other, "version 2: no")
    quick_tills.advance(NOW)
    assert quick_tills.wanted() == {one: 1}


def test_the_way_back_is_signed_once(quick_tills: Tills) -> None:
    for number in (1, 2):
        assign(quick_tills, 1)
        quick_tills.begin(now=NOW + timedelta(hours=number))
        quick_tills.say(quick_tills.asked()[0], "version 2: no")
        quick_tills.advance(NOW + timedelta(hours=number))
        quick_tills.say(quick_tills.asked(3)[0], version=3)
    assert [one.version for one in quick_tills.artifacts.listed(TENANT)] == [3, 2, 1]


def test_without_the_keys_it_says_that_it_could_not_be_taken_back(quick_tills: Tills) -> None:
    assign(quick_tills, 1)
    quick_tills.begin()
    asked = quick_tills.asked()
    for key in (quick_tills.artifacts.folder / TENANT).rglob("targets.pem"):
        key.unlink()
    quick_tills.say(asked[0], "version 2: no")
    quick_tills.advance(NOW)
    assert quick_tills.state == "back"
    assert "could not be taken back: the key of targets is not in" in quick_tills.why
    # Those that never took it go on with what they have.
    assert len(quick_tills.asked(1)) == 10
    files = list((quick_tills.artifacts.folder / TENANT).rglob("*.3"))
    assert files == []


def test_without_the_file_of_the_version_before_it_says_so(quick_tills: Tills) -> None:
    assign(quick_tills, 1)
    quick_tills.begin()
    shutil.rmtree(quick_tills.artifacts.signer(TENANT).targets / NAME)
    quick_tills.say(quick_tills.asked()[0], "version 2: no")
    quick_tills.advance(NOW)
    assert "could not be taken back: the file of prices/till 1" in quick_tills.why


def test_a_version_that_there_is_not_is_refused(quick_tills: Tills) -> None:
    with pytest.raises(Refused, match="there is no prices/till version 9; there is: 2, 1"):
        quick_tills.begin(version=9)


def test_a_kind_that_needs_two_logins_is_only_proposed(quick_tills: Tills) -> None:
    quick_tills.begin(second_kinds=frozenset({ArtifactKind.MODEL, ArtifactKind.PRICE_LIST}))
    assert (quick_tills.state, quick_tills.asked()) == ("proposed", [])
    decision = quick_tills.advance(NOW + PAUSE)
    assert decision.why is not None
    assert decision.why.text("en") == "waits for the approval of another login than anna"
    assert quick_tills.asked() == []
    quick_tills.begin(second_kinds=frozenset({ArtifactKind.MODEL}))
    assert len(quick_tills.asked()) == 2


def test_what_was_decided_of_another_standing_is_not_carried_out(quick_tills: Tills) -> None:
    quick_tills.begin()
    for till in quick_tills.asked():
        quick_tills.say(till)
    late = quick_tills.decided(NOW + PAUSE)
    assert late.step is NextStep.ASK
    quick_tills.advance(NOW + PAUSE)
    with quick_tills.database.writing() as session:
        rollout = session.get_one(ArtifactRollout, KEY)
        carry_out(session, quick_tills.artifacts, rollout, late, NOW + 2 * PAUSE)
    assert quick_tills.standing().rollout.asked_at == NOW + PAUSE


def test_who_left_the_chain_is_left_out(quick_tills: Tills) -> None:
    quick_tills.begin()
    first = quick_tills.asked()
    gone = [till for till in quick_tills.standing_devices() if till not in first][:2]
    with quick_tills.database.writing() as session:
        for till in gone:
            session.get_one(DeviceRow, (TENANT, till)).left_at = NOW
    for till in first:
        quick_tills.say(till)
    quick_tills.advance(NOW + PAUSE)
    standing = quick_tills.standing()
    assert (standing.devices, standing.asked) == (8, 2)
    quick_tills.advance(NOW + PAUSE)
    assert quick_tills.standing().asked == 6


@pytest.mark.parametrize("end", [end_rollout, stop_rollout])
def test_a_person_ends_it(quick_tills: Tills, end: Callable[..., object]) -> None:
    quick_tills.begin()
    with quick_tills.database.writing() as session:
        end(session, *KEY, BY_HAND)
    for till in quick_tills.asked():
        quick_tills.say(till)
    assert not quick_tills.advance(NOW + PAUSE).is_due
    assert len(quick_tills.asked()) == 2
    with quick_tills.database.writing() as session, pytest.raises(Refused, match="no rollout of"):
        stop_rollout(session, *KEY, BY_HAND)
