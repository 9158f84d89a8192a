"""What the demonstration says while it begins: a bar on a terminal, plain lines elsewhere."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

HIDDEN_EVERY = 0.25
"""Without a terminal a line is said at each such share of a step."""


class Teller:
    """Says what is being done and how far it is. A context manager."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed:.0f} / {task.total:.0f}"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._told: dict[TaskID, float] = {}
        self._names: dict[TaskID, str] = {}

    def __enter__(self) -> Self:
        """Starts the bar."""
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Takes the bar away."""
        self._progress.stop()

    def say(self, text: str) -> None:
        """One line."""
        self.console.print(text, highlight=False, soft_wrap=True)

    def begin(self, name: str, total: int) -> TaskID:
        """A step of `total` parts begins."""
        step = self._progress.add_task(name, total=max(1, total))
        self._names[step], self._told[step] = name, 0.0
        return step

    def reached(self, step: TaskID, done: int, total: int) -> None:
        """So much of a step is done."""
        self._progress.update(step, completed=done, total=max(1, total))
        share = done / max(1, total)
        if not self.console.is_terminal and share >= self._told[step] + HIDDEN_EVERY:
            self._told[step] = share // HIDDEN_EVERY * HIDDEN_EVERY
            self.say(f"{self._names[step]}: {done:,} of {total:,}")
