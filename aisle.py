"""The command line `aisle`: joins the typer applications of the folders and does nothing else.

Only the folder whose command was asked for is imported, so a till never loads the hub, and a
device without an extra is told which one it lacks.
"""

import importlib
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import typer
import typer.core

from device_profiles.errors import AisleError


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A folder's typer application: where it stands, the extra it needs, its commands."""

    module: str
    extra: str
    commands: tuple[str, ...]


FOLDERS = (
    Folder(module="simulators.cli", extra="simulators", commands=("demo",)),
    Folder(
        module="cloud_hub.cli",
        extra="hub",
        commands=(
            "hub",
            "ingest",
            "audit",
            "login",
            "log",
            "master-data",
            "dead-letters",
            "artifact",
            "review",
            "backup",
            "restore",
            "verify",
        ),
    ),
    Folder(
        module="edge_agent.cli", extra="edge", commands=("edge", "count", "pos", "books", "outbox")
    ),
    Folder(
        module="vision_models.cli",
        extra="vision",
        commands=("shelf", "sku", "eval", "model", "planogram"),
    ),
)


EXTRA_OF = {
    "PIL": "simulators",
    "cv2": "vision",
    "duckdb": "parquet",
    "lap": "vision",
    "numpy": "vision",
    "onnx": "train",
    "onnxruntime": "vision",
    "tomlkit": "simulators",
    "torch": "train",
}
"""The extra that brings a library which a command needs only once it runs."""


class PlainGroup(typer.core.TyperGroup):
    """Commands whose own errors are told in one line."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - typer keeps that class to itself
        """Runs the command; exit code 1 when it, or one of its tasks, says that it cannot go on."""
        failure: BaseException
        try:
            return super().invoke(ctx)
        except* AisleError as group:
            failure = group
            while isinstance(failure, BaseExceptionGroup):
                failure = failure.exceptions[0]
        typer.echo(f"aisle: {failure}", err=True)
        raise typer.Exit(1) from failure


def _tell_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(f"aisle {version('aisleos')}")
        raise typer.Exit


def build_app(wanted: str | None) -> typer.Typer:
    """The application with the folder of the command `wanted`, or with all for any other word."""
    app = typer.Typer(
        cls=PlainGroup, no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False
    )

    @app.callback()
    def root(
        _: bool = typer.Option(
            False,
            "--version",
            callback=_tell_version,
            is_eager=True,
            help="Say which AisleOS.",
        ),
    ) -> None:
        """AisleOS, the open operating system for physical stores."""

    chosen = [folder for folder in FOLDERS if wanted in folder.commands] or FOLDERS
    for folder in chosen:
        try:
            app.add_typer(importlib.import_module(folder.module).app)
        except ModuleNotFoundError as error:
            for command in folder.commands:
                app.command(
                    command,
                    hidden=wanted != command,
                    context_settings={"ignore_unknown_options": True},
                )(_missing(command, folder, error))
    return app


def _missing(command: str, folder: Folder, error: ModuleNotFoundError) -> Callable[..., None]:
    """A stand-in for a command whose libraries are not installed: says so and fails."""
    message = (
        f"aisle {command} needs {error.name}, which is not installed here:"
        f" pip install 'aisleos[{folder.extra}]'"
    )

    def explain(arguments: list[str] | None = typer.Argument(default=None)) -> None:
        typer.echo(message, err=True)
        raise typer.Exit(2)

    explain.__doc__ = message
    return explain


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line. Words it cannot use: one line on standard error, exit code 2."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    wanted = next((word for word in words if not word.startswith("-")), None)
    try:
        code = build_app(wanted)(args=words, prog_name="aisle", standalone_mode=False)
    except typer.TyperException as error:
        # Empty where a group was called alone: its help is printed already.
        if what := error.format_message().strip().rstrip("."):
            context = getattr(error, "ctx", None)
            command = context.command_path if context is not None else "aisle"
            typer.echo(f"aisle: {what}; see: {command} --help", err=True)
        code = error.exit_code
    except ModuleNotFoundError as error:
        extra = EXTRA_OF.get((error.name or "").partition(".")[0])
        if extra is None:
            raise
        typer.echo(
            f"aisle {wanted} needs {error.name}, which is not installed here:"
            f" pip install 'aisleos[{extra}]'",
            err=True,
        )
        code = 2
    except typer.Abort:
        typer.echo("aisle: stopped", err=True)
        code = 1
    sys.exit(code or 0)


if __name__ == "__main__":
    main()
