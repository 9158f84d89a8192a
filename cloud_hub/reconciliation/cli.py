"""`aisle audit`: where every record is, of the whole hub, of one device, of one record."""

import asyncio
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote

import typer

from cloud_hub.core.cli_options import DatabaseUrl, DataDir, TenantId
from sync.core.clock import SystemClock

if TYPE_CHECKING:
    from cloud_hub.core.trace import Traces

LINES_SHOWN = 40
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked: of everything, of one device, of one record; here, or of a running hub."""

    device: str | None
    record: str | None
    tenant: str | None
    hub: str | None
    token: str | None
    place: Mapping[str, Any]


def audit_app(traces: Callable[[], "Traces"]) -> typer.Typer:
    """The command. `traces`, which bring every domain with them, are called for only where one
    record is asked for here."""
    app = typer.Typer()

    @app.command("audit")
    def audit(
        device: Annotated[
            str | None,
            typer.Option("--device", help="One device: by epoch and lane, with reasons."),
        ] = None,
        record: Annotated[
            str | None, typer.Option("--record", help="One record: DEVICE/EPOCH/LANE/NUMBER.")
        ] = None,
        hub: Annotated[str | None, typer.Option("--hub", help="URL of a running hub.")] = None,
        token: Annotated[
            str | None,
            typer.Option(
                "--token", envvar="AISLE_TOKEN", help="For --hub: what `aisle hub token` printed."
            ),
        ] = None,
        data: DataDir = None,
        database: DatabaseUrl = None,
        tenant: TenantId = None,
        as_json: Annotated[bool, typer.Option("--json", help="The result as JSON.")] = False,
    ) -> None:
        """Where every record is: produced = received + lost + waiting. Exit 1 if that does not
        hold."""
        if hub is not None and (data is not None or database is not None):
            raise typer.BadParameter("give --hub, or the database's place, not both")
        if device is not None and record is not None:
            raise typer.BadParameter("give --device or --record, not both")
        asked = Asked(
            device=device,
            record=record,
            tenant=tenant,
            hub=hub,
            token=token,
            place={"data_dir": data, "database": database},
        )
        _audit(asked, traces, as_json=as_json)

    return app


def _audit(asked: Asked, traces: Callable[[], "Traces"], *, as_json: bool) -> None:
    result = _found(asked, traces)
    if as_json:
        typer.echo(json.dumps(result, indent=1, ensure_ascii=False))
    elif asked.record is not None:
        _tell_record(result)
    else:
        (_tell_all if asked.device is None else _tell_device)(result)
    if result.get("place") == "astray" or not result.get("balanced", True):
        raise typer.Exit(1)


def _found(asked: Asked, traces: Callable[[], "Traces"]) -> dict[str, Any]:
    """Raises HubError where nobody can tell."""
    from cloud_hub.reconciliation.client import audit_here, device_here, record_here, told_by
    from cloud_hub.reconciliation.event_trace import RecordName

    name = None if asked.record is None else RecordName.read(asked.record)
    if asked.hub is not None:
        path = _path(asked.device, None if name is None else str(name))
        token = asked.token or os.environ.get("AISLE_TOKEN", "")
        return asyncio.run(told_by(asked.hub, token, path, tenant_id=asked.tenant))
    if name is not None:
        return record_here(asked.place, name, traces(), tenant_id=asked.tenant)
    if asked.device is not None:
        return device_here(asked.place, asked.device, tenant_id=asked.tenant)
    return audit_here(asked.place, tenant_id=asked.tenant)


def _path(device: str | None, record: str | None) -> str:
    """The hub's door for what is asked."""
    if record is not None:
        device_id, numbers = record.split("/", 1)
        return f"devices/{quote(device_id, safe='')}/records/{numbers}"
    return "audit" if device is None else f"devices/{quote(device, safe='')}/ledger"


def _tell_record(found: Row) -> None:
    for sentence in found["sentences"]:
        typer.echo(sentence)


def _tell_all(result: Row) -> None:
    """The table of all lanes; below it what was lost and why, and where the waiting ones are."""
    _print_table(result["devices"])
    by_reason = sorted(result["losses"], key=_loss_group)
    for (device, lane, reason), losses in groupby(by_reason, key=_loss_group):
        rows = list(losses)
        events = sum(row["events"] for row in rows)
        at = _moment(max(row["declared_at"] for row in rows))
        typer.echo(f"lost: {_events(events)} of {device} {lane}: {reason}; last declared {at}")
    for row in result["devices"]:
        where = f"of {row['device']} {row['lane']}"
        if held := row["waiting"] - row["aside"]:
            said = _ago(row["claimed_at"])
            typer.echo(f"waiting: {_events(held)} {where}, on the device, as it said {said}")
        if row["aside"]:
            typer.echo(f"waiting: {_events(row['aside'])} {where}, {_NOT_NAMED}")
        _tell_rest(f"{row['device']} {row['lane']}", row)
    for one in _first(result["refused"]):
        typer.echo(
            f"refused: {one['messages']:,} message{'' if one['messages'] == 1 else 's'} on"
            f" {one['topic']}: {one['reason']}; last {_moment(one['last_at'])}"
        )
    _tell_end(result, "for one device: aisle audit --device ID")


def _loss_group(loss: Row) -> tuple[str, str, str]:
    return loss["device"], loss["lane"], loss["reason_text"]


_HEADS = ("produced", "received", "lost", "waiting", "resends", "dead")


def _print_table(rows: Sequence[Row]) -> None:
    """Plain columns, wide enough for every name: it is read in pipes and logs too."""
    width = max([len(row["device"]) for row in rows] + [len("device")])
    typer.echo("produced = received + lost + waiting")
    typer.echo(f"{'device':{width}} {'lane':7}" + "".join(f"{head:>10}" for head in _HEADS))
    for row in rows:
        figures = "".join(f"{row[name]:>10,}" for name in _HEADS)
        verdict = "ok" if row["balanced"] else "DOES NOT ADD UP"
        typer.echo(f"{row['device']:{width}} {row['lane']:7}{figures}  {verdict}")


def _tell_device(result: Row) -> None:
    """One device: each lane of each epoch, then where what is not here is, and why."""
    link = "linked" if result["linked"] else "not linked"
    heard = f"last heard {_ago(result['heard_at'])}" if result["heard_at"] else "never heard"
    typer.echo(f"{result['device']} in store {result['store']}: {link}, {heard}")
    for epoch, lanes in groupby(result["lanes"], key=lambda lane: (lane["epoch"], lane["state"])):
        typer.echo(f"epoch {epoch[0]} ({'in use' if epoch[1] == 'live' else 'closed'})")
        for lane in lanes:
            verdict = "ok" if lane["balanced"] else "DOES NOT ADD UP"
            typer.echo(
                f"  {lane['lane']:7} produced {lane['produced']:9,} = received"
                f" {lane['received']:9,} + lost {lane['lost']:7,} + waiting"
                f" {lane['waiting']:7,}  {verdict}"
            )
    for loss in _first(result["losses"]):
        typer.echo(_loss_line(loss))
    for lane in result["lanes"]:
        _tell_waiting(lane)
        _tell_rest(f"epoch {lane['epoch']} {lane['lane']}", lane)
    for letter in _first(result["dead_letters"]):
        at = _moment(letter["received_at"])
        typer.echo(f"dead letter {letter['letter_id']}, received {at}: {letter['error']}")
    for clock in result["corrected_clocks"]:
        typer.echo(
            f"clock put right: {_events(clock['corrected_events'])} of boot {clock['boot_id']},"
            f" by the {_SOURCES.get(clock['source'], clock['source'])}"
        )
    _tell_end(result, "for one record: aisle audit --record DEVICE/EPOCH/LANE/NUMBER")


_SOURCES = {
    "device": "device's own trusted clock",
    "hub": "time of its hello",
    "bound": "latest time it can have been",
}


def _loss_line(loss: Row) -> str:
    after, before = loss["after_at"], loss["before_at"]
    between = (
        f"; recorded between {_moment(after)} and {_moment(before)}" if after or before else ""
    )
    return (
        f"lost: epoch {loss['epoch']} {loss['lane']} {_range(loss['first'], loss['last'])}:"
        f" {_events(loss['events'])}, {loss['reason_text']}{between};"
        f" declared {_moment(loss['declared_at'])}"
    )


def _tell_waiting(lane: Row) -> None:
    if not lane["waiting"]:
        return
    where = "on the device" if lane["named"] else _NOT_NAMED
    ranges = ", ".join(_range(first, last) for _, first, last in _first(lane["waiting_ranges"]))
    typer.echo(
        f"waiting: epoch {lane['epoch']} {lane['lane']} {ranges}: {_events(lane['waiting'])}"
        f" {where}, as it said {_ago(lane['claimed_at'])}"
    )


_NOT_NAMED = (
    "in an earlier outbox that the device no longer speaks of (a damaged file is kept beside the"
    " new one)"
)


def _tell_rest(where: str, lane: Row) -> None:
    """What adds up, and yet somebody should see; and what does not."""
    if lane["unknown"]:
        typer.echo(f"kept raw: {_events(lane['unknown'])} of {where}, newer than this hub reads")
    if lane["conflicts"]:
        typer.echo(
            f"conflicts: {_events(lane['conflicts'])} of {where} under numbers that were here"
            " already; two devices use one identity"
        )
    if lane["unaccounted"]:
        ranges = _first(lane["unaccounted_ranges"])
        told = ", ".join(f"epoch {epoch} {_range(first, last)}" for epoch, first, last in ranges)
        typer.echo(f"NOT ACCOUNTED FOR: {_events(lane['unaccounted'])} of {where}: {told}")
    if lane["missing_rows"]:
        typer.echo(
            f"NOT IN THE DATABASE: {_events(lane['missing_rows'])} of {where} that were received"
        )


def _tell_end(result: Row, hint: str) -> None:
    typer.echo(f"{'balanced' if result['balanced'] else 'NOT balanced'} ({hint})")


def _first(rows: Sequence[Any]) -> Sequence[Any]:
    """The first of many; says how many are left out."""
    if len(rows) > LINES_SHOWN:
        typer.echo(f"({len(rows) - LINES_SHOWN} more of the following; see --json)")
    return rows[:LINES_SHOWN]


def _events(count: int) -> str:
    return f"{count:,} event{'' if count == 1 else 's'}"


def _range(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}–{last}"


def _moment(text: str | None) -> str:
    if text is None:
        return "an unknown time"
    return datetime.fromisoformat(text).astimezone(UTC).isoformat(" ", "seconds")


def _ago(text: str | None) -> str:
    from cloud_hub.core.wording import duration

    if text is None:
        return "never"
    age_s = (SystemClock().now() - datetime.fromisoformat(text)).total_seconds()
    return f"{duration(age_s).text('en')} ago"
