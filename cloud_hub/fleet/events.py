"""Results of commands and reported states → what the hub shows of a device."""

from collections.abc import Sequence
from typing import Final

from cloud_hub.core.projection import Fact, Projecting
from cloud_hub.core.trace import by_body
from cloud_hub.fleet.commands.shadows import ensure_shadow
from cloud_hub.fleet.tables import DeviceCommand
from sync.events import CommandResult, StateReported


def apply_results(work: Projecting, facts: Sequence[Fact[CommandResult]]) -> None:
    """The first result of a command stands. One of a command that this hub does not know (it was
    given by a hub whose backup is older) stays an event."""
    for fact in facts:
        key = (fact.tenant_id, fact.device_id, fact.body.command_id)
        command = work.session.get(DeviceCommand, key)
        if command is not None and command.outcome is None:
            command.outcome, command.detail = fact.body.outcome, fact.body.detail
            command.finished_at = fact.occurred_at


def apply_reported(work: Projecting, facts: Sequence[Fact[StateReported]]) -> None:
    """The latest report stands, by the order the device made them in, whatever order they came."""
    for fact in facts:
        shadow = ensure_shadow(work.session, fact.tenant_id, fact.device_id)
        if (fact.epoch, fact.seq) > (shadow.reported_epoch, shadow.reported_seq):
            shadow.reported_epoch, shadow.reported_seq = fact.epoch, fact.seq
            shadow.reported_version = fact.body.version
            shadow.reported, shadow.reported_at = dict(fact.body.state), fact.occurred_at


trace_result: Final = by_body(
    lambda body: f"result of command {body['command_id']}: {body['outcome']}"
)
trace_reported: Final = by_body(lambda body: f"reported state {body['version']}")
