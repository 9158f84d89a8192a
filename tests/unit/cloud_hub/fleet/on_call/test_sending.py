"""Mail and webhooks over real sockets; nothing goes to an address inside that was not named."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from cloud_hub.fleet.on_call.rota import OnCall
from cloud_hub.fleet.on_call.sending import GuardedResolver, OnCallLetter, is_outside, send
from tests.small_chain import NOW
from tests.stage.incidents.mail_server import HANGS_UP, REFUSES, mail_server

LETTER = OnCallLetter(subject="S02: network\n", text="S02: 网络\n", facts={"incidents": []})
SECRET = "0123456789abcdef"


def mailing(port: int) -> OnCall:
    return OnCall.model_validate(
        {
            "smtp": {
                "host": "127.0.0.1",
                "port": port,
                "encryption": "none",
                "sender": "hub@example.org",
            },
            "rota": [{"people": ["anna@example.org"]}],
        }
    )


def hooked(url: str, *allow: str) -> OnCall:
    return OnCall.model_validate(
        {
            "people": {"desk": {"webhook": url, "secret": SECRET}},
            "rota": [{"people": ["desk"]}],
            "allow": list(allow),
        }
    )


async def test_a_mail_is_handed_over_whole() -> None:
    async with mail_server() as server:
        done = await send(mailing(server.port), "anna@example.org/mail", LETTER, NOW)
    assert done.outcome == "sent"
    (mail,) = server.mails
    assert (mail["To"], mail["From"]) == ("anna@example.org", "hub@example.org")
    assert mail["Subject"] == "S02: network"
    assert mail.get_content().strip() == "S02: 网络"


async def test_a_refused_mail_failed_and_one_without_an_answer_is_unknown() -> None:
    async with mail_server() as server:
        server.behaviour = REFUSES
        refused = await send(mailing(server.port), "anna@example.org/mail", LETTER, NOW)
        server.behaviour = HANGS_UP
        unknown = await send(mailing(server.port), "anna@example.org/mail", LETTER, NOW)
    assert refused.outcome == "failed"
    assert "nobody of that name" in refused.detail
    assert unknown.outcome is None
    nobody = await send(mailing(server.port), "anna@example.org/mail", LETTER, NOW)
    assert nobody.outcome == "failed"


@pytest.fixture
async def hook() -> AsyncIterator[tuple[int, list[tuple[web.Request, bytes]], dict[str, int]]]:
    taken: list[tuple[web.Request, bytes]] = []
    answer = {"status": 204}

    async def take(request: web.Request) -> web.Response:
        taken.append((request, await request.read()))
        return web.Response(status=answer["status"], headers={"Location": "/elsewhere"})

    app = web.Application()
    app.router.add_route("*", "/{any:.*}", take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield runner.addresses[0][1], taken, answer
    await runner.cleanup()


async def test_a_webhook_is_signed_over_time_and_text(hook) -> None:
    port, taken, _ = hook
    on_call = hooked(f"http://127.0.0.1:{port}/hook", "127.0.0.1")
    assert (await send(on_call, "desk/webhook", LETTER, NOW)).outcome == "sent"
    ((request, body),) = taken
    at = request.headers["X-Aisle-Time"]
    wanted = hmac.new(SECRET.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    assert request.headers["X-Aisle-Signature"] == f"sha256={wanted}"
    assert json.loads(body) == {"incidents": []}


async def test_a_webhook_that_answers_otherwise_failed_and_is_not_followed(hook) -> None:
    port, taken, answer = hook
    on_call = hooked(f"http://localhost:{port}/hook", "localhost")
    for status in (302, 404, 500):
        answer["status"] = status
        done = await send(on_call, "desk/webhook", LETTER, NOW)
        assert (done.outcome, done.detail) == ("failed", f"answered {status}")
    assert len(taken) == 3


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "127.1"],
)
async def test_this_machine_is_not_reached_unless_it_was_named(hook, host: str) -> None:
    port, taken, _ = hook
    on_call = hooked(f"https://{host}:{port}/hook")
    done = await send(on_call, "desk/webhook", LETTER, NOW)
    assert done.outcome == "failed"
    assert taken == []


@pytest.mark.parametrize(
    ("address", "outside"),
    [
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::a00:1", False),
        ("2002:a00:1::", False),
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
    ],
)
def test_what_is_inside(address: str, outside: bool) -> None:
    assert is_outside(address) is outside


async def test_a_name_that_leads_inside_is_refused_by_the_resolver() -> None:
    resolver = GuardedResolver(())
    with pytest.raises(OSError, match="localhost is an address inside"):
        await resolver.resolve("localhost", 80)
    await resolver.close()


async def test_somebody_who_left_the_rota_is_told_nothing() -> None:
    done = await send(hooked("https://desk.example.org/"), "desk/mail", LETTER, NOW)
    assert done.outcome == "failed"
