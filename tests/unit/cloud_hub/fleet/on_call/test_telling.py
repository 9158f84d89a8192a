"""A store drops at three: on call is told once by real mail, again, and that it is over."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from cloud_hub.app import build_hub
from cloud_hub.core.errors import InvalidSettings
from cloud_hub.core.settings import HubSettings
from cloud_hub.fleet.incidents.tables import IncidentNotice
from cloud_hub.fleet.on_call.due import OVER, Due, DueMessage
from cloud_hub.fleet.on_call.rota import OnCall
from cloud_hub.fleet.on_call.telling import letter_of, tell_once
from tests.stage.doors import Doors
from tests.stage.incidents.dark_store import NIGHT, furnish, incidents, look, set_links
from tests.stage.incidents.mail_server import HANGS_UP, MailServer, mail_server

MINUTE = timedelta(minutes=1)


def rota(server: MailServer) -> OnCall:
    return OnCall.model_validate(
        {
            "smtp": {
                "host": "127.0.0.1",
                "port": server.port,
                "encryption": "none",
                "sender": "hub@example.org",
            },
            "rota": [{"people": ["anna@example.org", "ben@example.org"]}],
            "hub_url": "https://hub.example.org/",
        }
    )


def move(doors: Doors, minutes: float) -> None:
    to = NIGHT + minutes * MINUTE
    doors.hub.clock.advance((to - doors.hub.clock.now()).total_seconds())  # type: ignore[attr-defined]


def outcomes(doors: Doors) -> list[tuple[str, str, str | None]]:
    with doors.hub.sessions() as session:
        rows = session.scalars(sa.select(IncidentNotice).order_by(IncidentNotice.written_at))
        return [(row.step, row.told.partition("@")[0], row.outcome) for row in rows]


async def test_the_night_of_a_store(doors: Doors) -> None:
    furnish(doors.chain)
    set_links(doors.chain, "s02", NIGHT)
    look(doors.chain, NIGHT + 2 * MINUTE)
    async with mail_server() as server:
        on_call, counted = rota(server), []
        for minute in (2, 3, 4, 12.5, 22.5, 23):
            move(doors, minute)
            counted.append(await tell_once(doors.hub, on_call))
        assert counted == [0, 1, 0, 1, 2, 0]
        set_links(doors.chain, "s02", None)
        for minute in (30, 33):
            look(doors.chain, NIGHT + minute * MINUTE)
        move(doors, 33)
        assert [await tell_once(doors.hub, on_call) for _ in range(2)] == [2, 0]
    subjects = [mail["Subject"] for mail in server.mails]
    said = "Store 02: network: 14 devices are not heard"
    assert subjects == [said] * 4 + [f"Over: {said}"] * 2
    assert "https://hub.example.org/incidents" in server.mails[0].get_content()
    assert "https://" not in server.mails[-1].get_content()
    assert {outcome for _, _, outcome in outcomes(doors)} == {"sent"}


async def test_what_may_have_gone_out_is_not_sent_again_at_that_step(doors: Doors) -> None:
    set_links(doors.chain, "s02", NIGHT)
    look(doors.chain, NIGHT + 2 * MINUTE)
    move(doors, 3)
    async with mail_server() as server:
        server.behaviour = HANGS_UP
        assert [await tell_once(doors.hub, rota(server)) for _ in range(2)] == [1, 0]
    assert outcomes(doors) == [("told-0", "anna", None)]


async def test_a_letter_of_several_counts_them_and_tells_each(doors: Doors) -> None:
    set_links(doors.chain, "s02", NIGHT)
    doors.chain.alarm("too-warm", NIGHT)
    look(doors.chain, NIGHT + 2 * MINUTE)
    due = tuple(
        Due(incident=one, step=step, told="desk/webhook")
        for one, step in zip(incidents(doors.chain), ("told-0", OVER), strict=True)
    )
    letter = letter_of(
        rota(MailServer(port=25)), DueMessage(message="m", told="desk/webhook", due=due)
    )
    assert letter.subject == "2 incidents"
    assert len(letter.text.splitlines()) == 3
    assert [one["over"] for one in letter.facts["incidents"]] == [False, True]


def test_a_hub_with_a_wrong_rota_does_not_start(tmp_path: Path) -> None:
    path = tmp_path / "on-call.toml"
    path.write_text("rota = []", encoding="utf-8")
    path.chmod(0o600)
    with pytest.raises(InvalidSettings, match="rota"):
        build_hub(HubSettings(data_dir=tmp_path / "hub", on_call=path))
