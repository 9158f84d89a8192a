"""What a plain post has done, carried to the page that the browser is sent to next."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final

from starlette.requests import HTTPConnection
from starlette.responses import Response

from cloud_hub.web.actions import Done

SAID_COOKIE: Final = "aisle_said"
SAID_FOR_S: Final = 60


def tell_next_page(response: Response, answer: Done) -> None:
    """Has the next page say it."""
    said = urlsafe_b64encode(json.dumps(answer.message).encode()).decode()
    response.set_cookie(SAID_COOKIE, said, max_age=SAID_FOR_S, httponly=True, samesite="lax")


def told_by_last_page(connection: HTTPConnection) -> Done | None:
    """What the post that led to this page has done; None where there was none."""
    try:
        said = json.loads(urlsafe_b64decode(connection.cookies.get(SAID_COOKIE, "")))
    except ValueError:
        return None
    return Done(message=said) if isinstance(said, str) else None
