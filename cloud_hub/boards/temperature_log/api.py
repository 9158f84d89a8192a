"""HTTP: a cooler's month, as data and as a PDF."""

from datetime import date
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Response

from cloud_hub.boards.temperature_log.document import log_document
from cloud_hub.boards.temperature_log.view import LogAsked, TemperatureLog, temperature_log
from cloud_hub.core.errors import Refused
from cloud_hub.web.api.dependencies import HubOf, ViewerOf
from cloud_hub.web.words import Words
from device_profiles.names import Identifier
from device_profiles.values.bounds import Word

router = APIRouter(prefix="/api/v1/fixtures", tags=["coolers"])

EARLIEST_YEAR = 2000
Month = Annotated[
    Word | None, Query(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$", description="Such as 2026-11")
]
LimitC = Annotated[
    float | None,
    Query(
        ge=-40, le=60, allow_inf_nan=False, description="In °C; without it that of the last alarm"
    ),
]


@router.get("/{fixture_id}/temperature-log")
def read_temperature_log(
    fixture_id: Identifier,
    hub: HubOf,
    viewer: ViewerOf,
    month: Month = None,
    limit_c: LimitC = None,
) -> TemperatureLog:
    """A cooler's month: each day's temperatures, deviations, and what was done about them."""
    asked = LogAsked(fixture_id=fixture_id, month=_month(month), limit_c=limit_c)
    with hub.sessions() as session:
        return temperature_log(session, viewer, hub.clock.now(), asked)


@router.get("/{fixture_id}/temperature-log.pdf", response_class=Response)
def read_temperature_log_as_pdf(
    fixture_id: Identifier,
    hub: HubOf,
    viewer: ViewerOf,
    month: Month = None,
    limit_c: LimitC = None,
) -> Response:
    """The same to print and to sign, in the reader's language."""
    log = read_temperature_log(fixture_id, hub, viewer, month, limit_c)
    document = log_document(log, Words(viewer.language, ZoneInfo(log.time_zone)))
    name = f"temperature-log-{fixture_id}-{log.month:%Y-%m}.pdf"
    return Response(
        document,
        media_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{name}"',
            "Cache-Control": "no-store",
        },
    )


def _month(text: str | None) -> date | None:
    if text is None:
        return None
    year, month = int(text[:4]), int(text[5:])
    if year < EARLIEST_YEAR:
        raise Refused(f"no cooler was read in {text}", status=422)
    return date(year, month, 1)
