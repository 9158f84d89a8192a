"""A version reaches devices wave by wave, and no further than it does well."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cloud_hub.core.errors import Refused
from cloud_hub.core.storage.database import Database
from cloud_hub.fleet.artifacts.artifacts import Artifacts, NewVersion
from cloud_hub.fleet.artifacts.device_choice import DeviceChoice, choose_devices
from cloud_hub.fleet.artifacts.rollouts import (
    BY_HAND,
    RolloutPlan,
    RolloutStanding,
    advance,
    begin_rollout,
    end_rollout,
    is_due,
    standing_of,
    stop_rollout,
)
from cloud_hub.fleet.commands.shadows import ensure_shadow, shadow_of
from cloud_hub.fleet.tables import ArtifactRollout
from cloud_hub.master_data.importer import import_chain
from device_profiles.artifact import ArtifactKind
from tests.talking_device import COLA, small_chain

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
PAUSE = timedelta(minutes=30)
NAME = "prices/till"
KEY = ("linguang", NAME)
TILLS = DeviceChoice(kind="till")


class Chain:
    """Ten tills, one artifact, and what the tills say of it."""

    def __init__(self, database: Database, artifacts: Artifacts) -> None:
        self.database, self.artifacts = database, artifacts

    def begin(self, *, stop_above: float = 0.1) -> None:
        with self.database.writing() as session:
            begin_rollout(
                session,
                self.artifacts,
                choose_devices(session, "linguang", TILLS),
                RolloutPlan(
                    name=NAME,
                    version=1,
                    by="anna",
                    share=0.2,
                    pause_min=PAUSE.total_seconds() / 60,
                    stop_above=stop_above,
                ),
                NOW,
            )

    def advance(self, now: datetime) -> None:
        with self.database.writing() as session:
            advance(session, self.artifacts, session.get(ArtifactRollout, KEY), now)

    def standing(self) -> RolloutStanding:
        with self.database.sessions() as session:
            rollout = session.get(ArtifactRollout, KEY)
            standing = standing_of(session, rollout)
            session.expunge(rollout)
            return standing

    def say(self, device_id: str, problem: str = "") -> None:
        with self.database.writing() as session:
            shadow = ensure_shadow(session, "linguang", device_id)
            shadow.reported = (
                {"artifact_problems": {NAME: problem}} if problem else {"artifacts": {NAME: 1}}
            )

    def asked(self) -> list[str]:
        """The tills whose desired state wants the version."""
        with self.database.sessions() as session:
            tills = [device.device_id for device in choose_devices(session, "linguang", TILLS)]
            shadows = {till: shadow_of(session, "linguang", till) for till in tills}
            return [till for till, shadow in shadows.items() if shadow and shadow.desired]


@pytest.fixture
def chain(database: Database, tmp_path: Path) -> Chain:
    path = tmp_path / "prices.json"
    content = {"currency": "CNY", "prices": [{"gtin": COLA, "price": "3.50"}]}
    path.write_text(json.dumps(content), encoding="utf-8")
    artifacts = Artifacts(folder=tmp_path / "artifacts")
    new = NewVersion(path=path, name=NAME, version=1, kind=ArtifactKind.PRICE_LIST)
    artifacts.add("linguang", new, NOW)
    with database.writing() as session:
        import_chain(session, small_chain(10))
    return Chain(database, artifacts)


def test_waves_double_while_devices_take_the_version(chain: Chain) -> None:
    chain.begin()
    sizes, now = [len(chain.asked())], NOW
    while chain.standing().rollout.state == "running":
        for till in chain.asked():
            chain.say(till)
        now += PAUSE
        chain.advance(now)
        sizes.append(len(chain.asked()))
    assert sizes == [2, 4, 8, 10]
    assert chain.standing().rollout.state == "done"


def test_no_wave_goes_before_its_time_or_before_devices_have_answered(chain: Chain) -> None:
    chain.begin()
    chain.advance(NOW + 9 * PAUSE)
    assert len(chain.asked()) == 2, "nobody has said anything"
    chain.say(chain.asked()[0])
    chain.advance(NOW + PAUSE - timedelta(seconds=1))
    assert len(chain.asked()) == 2, "too early"
    chain.advance(NOW + PAUSE)
    assert len(chain.asked()) == 4


def test_too_many_problems_stop_it_for_good(chain: Chain) -> None:
    chain.begin(stop_above=0.4)
    good, bad = chain.asked()
    chain.say(good)
    chain.say(bad, "version 1: it is in another currency")
    chain.advance(NOW)
    standing = chain.standing()
    assert (standing.rollout.state, len(chain.asked())) == ("stopped", 2)
    assert standing.rollout.reason == (
        f"1 of 2 devices cannot take it; {bad}: version 1: it is in another currency"
    )
    chain.say(bad)
    chain.advance(NOW + 9 * PAUSE)
    assert len(chain.asked()) == 2


def test_a_problem_with_an_earlier_version_is_none_of_this_one(chain: Chain) -> None:
    chain.begin()
    chain.say(chain.asked()[0], "version 9: no such thing")
    chain.advance(NOW)
    assert chain.standing().rollout.state == "running"
    assert chain.standing().problems == {}


@pytest.mark.parametrize("end", [end_rollout, stop_rollout])
def test_a_person_ends_it(chain: Chain, end: Callable[..., object]) -> None:
    chain.begin()
    with chain.database.writing() as session:
        end(session, *KEY, BY_HAND)
    for till in chain.asked():
        chain.say(till)
    with chain.database.sessions() as session:
        assert not is_due(session, session.get(ArtifactRollout, KEY), NOW + PAUSE)
    chain.advance(NOW + PAUSE)
    assert len(chain.asked()) == 2
    with chain.database.writing() as session, pytest.raises(Refused, match="no rollout of prices"):
        stop_rollout(session, *KEY, BY_HAND)
