"""How a rollout stands by what the devices have reported."""

from cloud_hub.fleet.rollouts.standing import rollouts
from tests.stage.rollouts.tills import NOW, PAUSE, TENANT, Tills


def test_those_that_use_it_and_those_that_cannot_are_told_apart(tills: Tills) -> None:
    tills.begin()
    standing = tills.standing()
    assert (standing.devices, standing.asked, standing.in_use) == (10, 2, 0)
    assert (standing.wave, standing.waves) == (1, 4)
    assert standing.next_at == NOW + PAUSE
    good, bad = tills.asked()
    tills.say(good)
    tills.say(bad, "version 2: no")
    standing = tills.standing()
    assert (standing.in_use, standing.problems) == (1, {bad: "version 2: no"})
    with tills.database.sessions() as session:
        assert [one.name for one in rollouts(session, TENANT)] == ["prices/till"]
        assert rollouts(session, "another") == []


def test_whatever_a_device_says_is_kept_and_takes_it_back(tills: Tills) -> None:
    tills.begin()
    bad = tills.asked()[0]
    tills.say(bad, "version 2: \x07 {n} %s\n\ud800" + "x" * 900)
    (problem,) = tills.standing().problems.values()
    assert (problem[:20], len(problem)) == ("version 2:  {n} %sxx", 300)
    tills.advance(NOW)
    assert tills.state == "back"
    assert "version 2:  {n} %sxx" in tills.why


def test_a_problem_with_another_version_is_none_of_this_one(quick_tills: Tills) -> None:
    quick_tills.begin()
    one, other = quick_tills.asked()
    quick_tills.say(one, "version 9: no such thing")
    quick_tills.say(other, version=1)
    standing = quick_tills.standing()
    assert (standing.in_use, standing.problems) == (0, {})
