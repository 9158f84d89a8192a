"""Doors about certificates: the roots for everybody, and for a device its own."""

import asyncio
from datetime import datetime

from fastapi import APIRouter, Response

from cloud_hub.core.hub import Hub
from cloud_hub.fleet.enrolment.dependencies import DeviceOf
from cloud_hub.fleet.trust.certificates import Issued, authority_of, issue
from cloud_hub.fleet.trust.request import CertificateRequest
from cloud_hub.link.broker.device_identity import DeviceIdentity
from cloud_hub.web.api.body import Body
from cloud_hub.web.api.dependencies import HubOf
from sync.core.failpoints import Failpoint, reach

router = APIRouter(tags=["trust"])


class RenewalRequest(Body):
    """For which key a device wants a certificate."""

    csr: CertificateRequest


class RenewalAnswer(Body):
    """The certificate, the hub's time, and by what the device knows this hub and its brokers."""

    certificate: str
    authorities: str
    hub_at: datetime


class StandingAnswer(Body):
    """A device that is let in: the hub's time, and the roots that are trusted now."""

    hub_at: datetime
    authorities: str


@router.get("/ca.pem")
def tell_roots(hub: HubOf) -> Response:
    """The roots by which this hub is known. Compare their fingerprint with one from elsewhere."""
    return Response(authority_of(hub).roots_pem, media_type="application/x-pem-file")


@router.get("/api/v1/devices/certificate")
def tell_standing(hub: HubOf, device: DeviceOf) -> StandingAnswer:
    """Whether the device is let in; 401 or 403 and why, where not."""
    return StandingAnswer(hub_at=hub.clock.now(), authorities=authority_of(hub).roots_pem)


@router.post("/api/v1/devices/certificate")
async def renew_certificate(body: RenewalRequest, hub: HubOf, device: DeviceOf) -> RenewalAnswer:
    """A new certificate beside the one that the device has, which counts on until its end. 422 for
    a request that cannot be answered, 429 for one too many."""
    issued = await asyncio.to_thread(_issue, hub, device, body.csr)
    return RenewalAnswer(
        certificate=issued.certificate, authorities=issued.authorities, hub_at=hub.clock.now()
    )


def _issue(hub: Hub, device: DeviceIdentity, csr: str) -> Issued:
    with hub.database.writing() as session:
        issued = issue(session, authority_of(hub), device, csr, hub.clock.now())
        reach(Failpoint.CERTIFICATE_BEFORE_COMMIT)
    reach(Failpoint.CERTIFICATE_BEFORE_ANSWER)
    return issued
