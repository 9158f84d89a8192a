"""`aisle pos`: receipts from files through tills' own outboxes."""

import asyncio
import json
import sys
from dataclasses import asdict
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING, Annotated

import typer

from edge_agent.core.errors import EdgeError

if TYPE_CHECKING:
    from edge_agent.till.imports.csv_files import ReadAs
    from edge_agent.till.imports.importing import ImportBook
    from edge_agent.till.imports.reading import ReceiptFile

app = typer.Typer(no_args_is_help=True, help="Receipts from files, as if sold.")

File = Annotated[Path, typer.Argument(help="Receipt lines: CSV or Parquet.")]
Mapping = Annotated[
    str, typer.Option(help="Which column means what: a TOML file, or a shipped mapping's name.")
]
Data = Annotated[Path, typer.Option(help="Where the importing tills live: one folder a store.")]
Encoding = Annotated[
    str | None, typer.Option(help="The CSV's encoding, such as gb18030; else it is found out.")
]
Delimiter = Annotated[
    str | None, typer.Option(help="What stands between the CSV's cells; else it is found out.")
]
Stores = Annotated[
    list[str] | None, typer.Option("--store", help="Only this store of the file; repeat for more.")
]


@app.command("import")
def import_(
    file: File,
    mapping: Mapping,
    data: Data,
    hub: Annotated[
        str | None, typer.Option(help="A hub's address: send to it until it has everything.")
    ] = None,
    store: Stores = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be booked; book and send nothing.")
    ] = False,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    as_json: Annotated[bool, typer.Option("--json", help="The result as JSON.")] = False,
) -> None:
    """Book the receipts of a file, each store through a till of its own. Run twice, it books once.

    Exit code 1 when a row was refused (see refused.jsonl in the folder) or a receipt did not
    arrive. What was odd about rows that were booked is in warnings.jsonl.
    """
    from edge_agent.settings import check_hub
    from edge_agent.till.imports.csv_files import ReadAs

    try:
        address = check_hub(hub) if hub is not None else None
        source = _open(file, mapping, data, ReadAs(encoding=encoding, delimiter=delimiter))
        book = _import(source, data, store, is_dry=dry_run)
        waiting = 0
        if address is not None and not dry_run:
            from edge_agent.till.imports.sending import send_all

            waiting = asyncio.run(send_all(source.mapping, data, book.stores, address))
    except OSError as error:
        raise EdgeError(
            f"cannot write in {data}: {error.strerror}; choose another --data"
        ) from error
    _say(book, source, is_dry=dry_run, as_json=as_json)
    if book.refused or waiting:
        raise typer.Exit(1)


@app.command()
def stores(
    file: File,
    mapping: Mapping,
    data: Data,
    write_chain: Annotated[
        Path | None,
        typer.Option(help="Write the hub's master data for these stores and their tills."),
    ] = None,
    store: Stores = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    as_json: Annotated[bool, typer.Option("--json", help="The list as JSON.")] = False,
) -> None:
    """List the stores of a file; write what the hub must know before it takes their receipts."""
    from edge_agent.till.imports.chain import chain_of, folder_secret, store_id_of
    from edge_agent.till.imports.csv_files import ReadAs
    from edge_agent.till.imports.mapping import device_of

    try:
        source = _open(file, mapping, data, ReadAs(encoding=encoding, delimiter=delimiter))
        found = [one for one in source.stores() if not store or one.value in store]
        rows = [
            asdict(one) | {"store": store_id, "device": device_of(store_id)}
            for one in found
            if (store_id := store_id_of(source.mapping, one))
        ]
        if write_chain is not None:
            chain = chain_of(source.mapping, found, folder_secret(data))
            write_chain.write_text(chain.model_dump_json(), encoding="utf-8")
    except OSError as error:
        raise EdgeError(f"cannot write {error.filename}: {error.strerror}") from error
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        typer.echo(f"{row['store']:30} {row['receipts']:8} receipts {row['lines']:8} lines")


def _open(file: Path, mapping: str, data: Path, read_as: "ReadAs") -> "ReceiptFile":
    from edge_agent.till.imports.mapping import load_mapping
    from edge_agent.till.imports.reading import ReceiptFile
    from sync.core.private import private_folder

    opened = ReceiptFile(file, load_mapping(mapping), scratch=data, read_as=read_as)
    private_folder(data)
    return opened


def _import(
    source: "ReceiptFile", data: Path, store: list[str] | None, *, is_dry: bool
) -> "ImportBook":
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    from edge_agent.till.imports.importing import Importing, import_receipts
    from sync.core.clock import SystemClock

    found = source.stores()
    unknown = sorted(set(store or ()) - {one.value for one in found})
    if unknown:
        raise EdgeError(f"{source.path.name} has no store {', '.join(unknown)}")
    chosen = frozenset(store) if store else None
    total = sum(one.receipts for one in found if chosen is None or one.value in chosen)
    columns = ("{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("receipts", total=total)
        importing = Importing(
            source=source,
            data_dir=data,
            clock=SystemClock(),
            rng=SystemRandom(),
            on_progress=lambda book: progress.update(task, completed=book.receipts),
            is_dry=is_dry,
        )
        return import_receipts(importing, chosen)


def _say(book: "ImportBook", source: "ReceiptFile", *, is_dry: bool, as_json: bool) -> None:
    read_as = source.read_as
    figures = {
        "booked": book.booked,
        "known": book.known,
        "changed": book.changed,
        "refused": book.refused,
        "lines": book.lines,
        "moves": book.moves,
        "left_out": book.left_out,
        "skipped": book.skipped,
        "warnings": book.warnings,
        "stores": len(book.stores),
        "dry_run": is_dry,
        "read_as": asdict(read_as),
    }
    if as_json:
        typer.echo(json.dumps(figures))
        return
    if read_as.encoding:
        typer.echo(
            f"read as {read_as.encoding}, cells apart by {read_as.delimiter!r}, decimals after"
            f" {read_as.decimal!r}"
        )
    typer.echo(
        f"{book.booked} receipts with {book.lines} lines {'would be ' if is_dry else ''}booked in"
        f" {len(book.stores)} stores; {book.known} were there already"
    )
    for number, what in (
        (book.changed, "came before with other lines: the first ones stand"),
        (book.refused, "rows refused, see refused.jsonl"),
        (book.skipped, "rows skipped, as the mapping says"),
        (book.left_out, "lines left out: stock adjustments of products without a GTIN"),
        (book.warnings, "warnings, see warnings.jsonl"),
    ):
        if number:
            typer.echo(f"{number} {what}")
