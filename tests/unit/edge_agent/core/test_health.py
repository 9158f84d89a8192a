"""What runs and what is late."""

from edge_agent.core.health import Health, PartState


def test_a_part_is_late_then_lost_then_works_again():
    health = Health()
    health.expect("door-1", late_after_s=10)
    assert health.look(now_s=0)[0].state is PartState.STARTING
    health.worked("door-1", at_s=0)
    assert health.look(now_s=5)[0].state is PartState.WORKING
    assert health.look(now_s=11)[0].state is PartState.LATE
    health.lost("door-1", reason="unplugged")
    assert health.look(now_s=12)[0].detail == "unplugged"
    health.worked("door-1", at_s=13)
    assert health.look(now_s=13)[0].state is PartState.WORKING
