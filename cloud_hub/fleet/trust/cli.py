"""`aisle hub ca` and `aisle hub device`: the hub's authority, and which devices are let in."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cloud_hub.core.cli_options import DatabaseUrl, DataDir, TenantId

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from cloud_hub.access.offline_hub import OfflineHub
    from cloud_hub.master_data.place_tables import DeviceRow

ca_app = typer.Typer(no_args_is_help=True, help="The hub's own certificate authority.")
device_app = typer.Typer(no_args_is_help=True, help="Which devices are let in.")

DeviceId = Annotated[str, typer.Argument(help="The device's id.")]


@ca_app.callback()
def ca() -> None:
    """The hub's own certificate authority."""


@ca_app.command("init")
def init_ca(data: DataDir = None, database: DatabaseUrl = None) -> None:
    """Make the authority where there is none; `aisle hub` does so at its first start, too."""
    from datetime import UTC, datetime

    from cloud_hub.core.keys.authority import ensure_authority
    from cloud_hub.core.settings import load_settings

    settings = load_settings({"data_dir": data, "database": database})
    authority = ensure_authority(settings, datetime.now(UTC))
    typer.echo(f"{authority.roots_file}: SHA-256 {authority.known_by}")


@ca_app.command("show")
def show_ca(data: DataDir = None, database: DatabaseUrl = None) -> None:
    """The roots that are trusted now: fingerprint, validity, how many certificates they signed."""
    for line in _told(data, database):
        typer.echo(line)


@ca_app.command("rotate")
def rotate_ca(
    finish: Annotated[
        bool, typer.Option("--finish", help="Trust the former root no more.")
    ] = False,
    data: DataDir = None,
    database: DatabaseUrl = None,
) -> None:
    """Put a new root beside the one there is; with --finish end the former one.

    Devices learn of the new root within a day, and take a certificate of it. --finish is refused
    while a device holds a valid certificate of the former root alone.
    """
    from cloud_hub.core.keys.authority import begin_rotation, finish_rotation
    from cloud_hub.core.keys.certificates import fingerprint

    def rotate(hub: "OfflineHub") -> str:
        if finish:
            _require_no_holders(hub)
            after = finish_rotation(hub.settings)
            _note(hub, "authority-rotated", after.known_by)
            return f"one root: SHA-256 {after.known_by}"
        begun = begin_rotation(hub.settings, hub.clock.now())
        _note(hub, "authority-rotation-begun", fingerprint(begun.issuers[0].certificate))
        return f"{len(begun.issuers)} roots are trusted; end with: aisle hub ca rotate --finish"

    typer.echo(_at_hub(rotate, data, database))


def _require_no_holders(hub: "OfflineHub") -> None:
    from cloud_hub.core.errors import HubError
    from cloud_hub.core.keys.authority import open_authority
    from cloud_hub.fleet.trust.certificates import holders_under

    former = open_authority(hub.settings).issuers[-1].certificate
    with hub.database.sessions() as session:
        holders = holders_under(session, former, hub.clock.now())
    if holders:
        some = ", ".join(holders[:5]) + (" …" if len(holders) > 5 else "")
        raise HubError(
            f"{len(holders)} devices hold a certificate of the former root alone: {some}; they"
            " renew by themselves once they are here; disable those that are gone for good"
        )


@device_app.callback()
def device() -> None:
    """Which devices are let in."""


@device_app.command("disable")
def disable_device(
    device_id: DeviceId,
    data: DataDir = None,
    database: DatabaseUrl = None,
    tenant: TenantId = None,
) -> None:
    """Let a device in no more: its password and certificates end at once."""
    from cloud_hub.fleet.enrolment.enrolment import disable

    _change(_Named(data, database, tenant, device_id), "device-disabled", disable)
    typer.echo(f"{device_id} is let in no more")


@device_app.command("enable")
def enable_device(
    device_id: DeviceId,
    data: DataDir = None,
    database: DatabaseUrl = None,
    tenant: TenantId = None,
) -> None:
    """Let a disabled device be claimed once more."""
    from cloud_hub.fleet.enrolment.enrolment import enable

    _change(_Named(data, database, tenant, device_id), "device-enabled", enable)
    typer.echo(f"{device_id} may be claimed")


@device_app.command("claim-code")
def make_claim_code(
    device_id: DeviceId,
    url: Annotated[str, typer.Option("--url", help="https://HOST:PORT of this hub for devices.")],
    again: Annotated[
        bool, typer.Option("--again", help="Also where it is claimed: its way in ends.")
    ] = False,
    data: DataDir = None,
    database: DatabaseUrl = None,
    tenant: TenantId = None,
) -> None:
    """Print a claim code: `aisle edge claim CODE --data DIR` on the device.

    It holds a new claim token; the one that the device had ends.
    """
    from cloud_hub.core.existing_hub import settings_there
    from cloud_hub.fleet.enrolment.codes import code_for
    from cloud_hub.fleet.enrolment.enrolment import new_claim_token

    settings = settings_there({"data_dir": data, "database": database})

    def make(session: "Session", row: "DeviceRow", now: datetime) -> str:
        token = new_claim_token(session, row, now, again=again)
        return code_for(settings, row, token, url)

    typer.echo(_change(_Named(data, database, tenant, device_id), "claim-code-made", make))


class _Named:
    """A device of a hub's folder."""

    def __init__(
        self, data: Path | None, database: str | None, tenant: str | None, device_id: str
    ) -> None:
        self.place = {"data_dir": data, "database": database}
        self.tenant, self.device_id = tenant, device_id


def _change(
    named: _Named, action: str, change: "Callable[[Session, DeviceRow, datetime], Any]"
) -> Any:  # noqa: ANN401 - whatever `change` makes
    """What `change` makes of the device, in the audit log; the running hub sees to the rest."""
    from cloud_hub.access.audit_log import Act, record_act
    from cloud_hub.access.offline_hub import ACTOR, open_offline_hub
    from cloud_hub.core.errors import HubError
    from cloud_hub.master_data.place_tables import DeviceRow

    with open_offline_hub(named.place, named.tenant) as hub:
        now = hub.clock.now()

        def write(session: "Session") -> Any:  # noqa: ANN401
            row = session.get(DeviceRow, (hub.tenant_id, named.device_id))
            if row is None:
                raise HubError(f"no device {named.device_id} in chain {hub.tenant_id}")
            act = Act(
                tenant_id=hub.tenant_id,
                actor=ACTOR,
                action=action,
                subject=named.device_id,
                detail={},
            )
            record_act(session, act, now)
            return change(session, row, now)

        return hub.write(write)


def _note(hub: "OfflineHub", action: str, subject: str) -> None:
    from cloud_hub.access.audit_log import Act, record_act
    from cloud_hub.access.offline_hub import ACTOR
    from cloud_hub.access.tokens import ANY_TENANT

    act = Act(tenant_id=ANY_TENANT, actor=ACTOR, action=action, subject=subject, detail={})
    hub.write(lambda session: record_act(session, act, hub.clock.now()))


def _at_hub(act: "Callable[[OfflineHub], str]", data: Path | None, database: str | None) -> str:
    from cloud_hub.access.offline_hub import open_whole_hub

    with open_whole_hub({"data_dir": data, "database": database}) as hub:
        return act(hub)


def _told(data: Path | None, database: str | None) -> list[str]:
    from cloud_hub.access.offline_hub import open_whole_hub
    from cloud_hub.core.keys.authority import open_authority
    from cloud_hub.core.keys.certificates import fingerprint
    from cloud_hub.fleet.trust.certificates import counts, revoked

    lines = []
    with open_whole_hub({"data_dir": data, "database": database}) as hub:
        authority, now = open_authority(hub.settings), hub.clock.now()
        with hub.database.sessions() as session:
            names = [fingerprint(one.certificate) for one in authority.issuers]
            signed, gone = counts(session, names), revoked(session, now)
        for issuer, name in zip(authority.issuers, names, strict=True):
            issued, ended = signed[name]
            since = issuer.certificate.not_valid_before_utc
            until = issuer.certificate.not_valid_after_utc
            lines.append(
                f"SHA-256 {name}  valid {since:%Y-%m-%d} to {until:%Y-%m-%d}"
                f"  issued {issued}  revoked {ended}"
            )
            lines += [f"  revoked: {serial:x}" for serial, _ in gone.get(name, ())]
    return lines
