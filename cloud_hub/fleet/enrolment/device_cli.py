"""`aisle hub device set|retire|replace`: one device of a chain, beside the hub."""

from typing import TYPE_CHECKING, Annotated

import typer

from cloud_hub.core.cli_options import DatabaseUrl, DataDir, TenantId
from cloud_hub.fleet.trust.cli import DeviceId, device_app
from device_profiles.store import DeviceKind

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from cloud_hub.access.offline_hub import OfflineHub
    from cloud_hub.fleet.enrolment.devices import DeviceSetUp

__all__ = ["device_app"]


@device_app.command("set")
def set_device(
    device_id: DeviceId,
    store: Annotated[str, typer.Option(help="The store that it stands in.")],
    kind: Annotated[DeviceKind, typer.Option(help="What it is for.")],
    name: Annotated[str, typer.Option(help="What people call it.")],
    fixture: Annotated[str | None, typer.Option(help="The fixture that it sees.")] = None,
    data: DataDir = None,
    database: DatabaseUrl = None,
    tenant: TenantId = None,
) -> None:
    """Make a device, or change what it is set up as. Then: aisle hub device claim-code."""
    from pydantic import TypeAdapter, ValidationError

    from cloud_hub.access.offline_hub import open_offline_hub
    from cloud_hub.core.errors import HubError
    from cloud_hub.fleet.enrolment.devices import DeviceSheet
    from cloud_hub.master_data.place_tables import DeviceRow
    from device_profiles.names import EVERY_LANGUAGE, Identifier, Names

    try:
        TypeAdapter(Identifier).validate_python(device_id)
    except ValidationError as error:
        raise HubError(f"{device_id!r} is no id: small letters, digits and -, up to 40") from error
    sheet = DeviceSheet(
        store_id=store, kind=kind, name=Names({EVERY_LANGUAGE: name}), fixture_id=fixture
    )
    with open_offline_hub({"data_dir": data, "database": database}, tenant) as hub:

        def write(session: "Session") -> str:
            known = session.get(DeviceRow, (hub.tenant_id, device_id))
            if known is None:
                _set_up(session, hub).make(device_id, sheet)
                return "is made; get it a code: aisle hub device claim-code"
            is_changed = _set_up(session, hub).change(known, sheet)
            return "is changed" if is_changed else "is so already"

        typer.echo(f"{device_id} {hub.write(write)}")


@device_app.command("retire")
def retire_device(
    device_id: DeviceId,
    data: DataDir = None,
    database: DatabaseUrl = None,
    tenant: TenantId = None,
) -> None:
    """Take a device out of the chain: it is let in no more, and what it told stays."""
    from cloud_hub.access.offline_hub import open_offline_hub
    from cloud_hub.fleet.enrolment.devices import known_device

    with open_offline_hub({"data_dir": data, "database": database}, tenant) as hub:

        def write(session: "Session") -> None:
            _set_up(session, hub).retire(known_device(session, hub.tenant_id, device_id))

        hub.write(write)
    typer.echo(f"{device_id} is out of the chain")


@device_app.command("replace")
def replace_device(
    device_id: DeviceId,
    url: Annotated[str, typer.Option("--url", help="https://HOST:PORT of this hub for devices.")],
    data: DataDir = None,
    database: DatabaseUrl = None,
    tenant: TenantId = None,
) -> None:
    """Print a claim code for another device that takes this one's place and name.

    Store, fixture, plan and settings stay; the old device's way in ends.
    """
    from cloud_hub.access.offline_hub import open_offline_hub
    from cloud_hub.fleet.enrolment.codes import code_for
    from cloud_hub.fleet.enrolment.devices import known_device

    with open_offline_hub({"data_dir": data, "database": database}, tenant) as hub:

        def write(session: "Session") -> str:
            device = known_device(session, hub.tenant_id, device_id)
            token = _set_up(session, hub).replace(device)
            return code_for(hub.settings, device, token, url)

        typer.echo(hub.write(write))


def _set_up(session: "Session", hub: "OfflineHub") -> "DeviceSetUp":
    from cloud_hub.access.offline_hub import ACTOR
    from cloud_hub.fleet.enrolment.devices import DeviceSetUp

    return DeviceSetUp(session=session, tenant_id=hub.tenant_id, by=ACTOR, now=hub.clock.now())
