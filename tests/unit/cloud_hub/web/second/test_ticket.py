"""What a browser holds between password and code."""

from starlette.requests import Request

from cloud_hub.access.logins import login_named
from cloud_hub.web.second.ticket import TICKET_COOKIE, Ticket, second_step, ticket_of
from device_profiles.store import LoginRole
from tests.small_chain import TENANT
from tests.stage.served_console import ServedConsole


async def test_a_ticket_comes_back_as_it_was_given_and_says_nothing(
    console: ServedConsole,
) -> None:
    console.sign_in("it", LoginRole.IT)
    with console.hub.sessions() as session:
        given = Ticket.of(login_named(session, TENANT, "it"), "/fleet?a=1&b=中")
    response = second_step(console.hub, given, is_secure=True)
    cookie = response.headers["set-cookie"]
    for wanted in ("HttpOnly", "Secure", "SameSite=lax", "Path=/login/second"):
        assert wanted in cookie
    value = cookie.partition(";")[0]
    headers = [(b"cookie", value.encode())]
    brought = ticket_of(console.hub, Request({"type": "http", "headers": headers}))
    assert brought == given
    assert value.startswith(TICKET_COOKIE)
    assert given.password_mark not in value
