"""Commands by which a device is looked after from afar: it tests itself, and shows its log."""

from collections.abc import Mapping
from typing import Final

from pydantic import TypeAdapter, ValidationError

from device_profiles.device import first_problem
from device_profiles.values.bounds import REPORT_CHARACTERS
from edge_agent.core.errors import EdgeError
from edge_agent.core.log_tail import KEPT_LINES, LogTail
from edge_agent.core.remote import Remote
from edge_agent.settings import EdgeSettings
from edge_agent.upkeep.doctor.examination import Examination
from edge_agent.upkeep.doctor.finding import report
from sync.link.credentials import load_credentials

SELF_TEST: Final = "self-test"
SHOW_LOG: Final = "show-log"
LINES: Final = 50
"""So many lines where no number is named."""
_NUMBER: Final = TypeAdapter(int)


def add_self_care(remote: Remote, examination: Examination, tail: LogTail) -> None:
    """The device knows these commands from now on."""

    async def test(arguments: Mapping[str, object]) -> str:
        return report(await examination.examine())

    async def show(arguments: Mapping[str, object]) -> str:
        return tail.latest(_lines(arguments), REPORT_CHARACTERS)

    remote.commands |= {SELF_TEST: test, SHOW_LOG: show}


def secrets_of(settings: EdgeSettings) -> frozenset[str]:
    """What no line of this device's log may show."""
    profile, code = settings.profile, settings.code
    known = (
        profile.claim_token,
        profile.claim_code,
        code.claim_token if code is not None else None,
        profile.audit.code if profile.audit is not None else None,
    )
    secrets = set(filter(None, known))
    if settings.hub_url is not None:
        kept = load_credentials(settings.data_dir, settings.claim, settings.hub_url)
        secrets |= {kept.password} if kept is not None else set()
    return frozenset(secrets)


def _lines(arguments: Mapping[str, object]) -> int:
    try:
        lines = _NUMBER.validate_python(arguments.get("lines", LINES))
    except ValidationError as error:
        raise EdgeError(f"lines: {first_problem(error)}") from error
    if not 1 <= lines <= KEPT_LINES:
        raise EdgeError(f"lines: from 1 to {KEPT_LINES}, not {lines}")
    return lines
