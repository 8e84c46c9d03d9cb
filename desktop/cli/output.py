"""What commands print: progress on stderr, tables or one JSON document on stdout."""

import dataclasses
import json
import re
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars
from rich.table import Table
from rich.text import Text

from desktop.core import progress
from desktop.core.progress import Step
from desktop.core.texts import _

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""All but tab and newline."""
_PLAIN_EVERY_S = 5.0
_PLAIN_WIDTH = 200
"""Of tables that no terminal wraps."""


def short(identity: str | None) -> str:
    """Give the beginning of a model's id, by which every command knows it."""
    return identity[:12] if identity else "–"


def when(at_ms: int) -> str:
    """Give a time for a table, UTC; a dash for what a record says that is none."""
    try:
        return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
    except (OverflowError, ValueError, OSError):
        return "–"


def ago(at_ms: int | None, now_ms: int) -> str:
    """Give how long ago something was said."""
    if at_ms is None:
        return _("never")
    seconds = max(0, now_ms - at_ms) // 1000
    if seconds < 120:
        return _("{n} s ago").format(n=seconds)
    if seconds < 7200:
        return _("{n} min ago").format(n=seconds // 60)
    return _("{n} h ago").format(n=seconds // 3600)


def percent(share: float | None) -> str:
    """Give a share for people; a dash where nothing was measured."""
    return "–" if share is None else f"{share:.1%}"


def visible(text: object) -> str:
    """Give a text without control characters: names and reasons come from the bucket, and must not steer the terminal."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", str(text)).encode(errors="replace").decode()


def one_line(document: Any) -> str:
    """Give a JSON document as a line; a file's name that is no text keeps its bytes as JSON's escapes."""
    return json.dumps(document, ensure_ascii=False).encode(errors="backslashreplace").decode() + "\n"


def plain(value: Any) -> Any:
    """Give a record as JSON values."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


class Output:
    """Where a command's words go."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self.console = Console(highlight=False)
        if not self.console.is_terminal:
            self.console.width = _PLAIN_WIDTH
        self._errors = Console(stderr=True, highlight=False)

    def result(self, document: Any) -> None:
        """Print the command's JSON document, if JSON was asked for."""
        if self.as_json:
            sys.stdout.write(one_line(plain(document)))

    def say(self, text: str, style: str = "") -> None:
        """Print a line for people; nothing with JSON."""
        if not self.as_json:
            self.console.print(Text(visible(text), style), soft_wrap=True)

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[object]], *, right: Sequence[int] = ()) -> None:
        """Print a table for people; nothing with JSON."""
        if self.as_json:
            return
        table = Table(box=None, pad_edge=False, header_style="bold")
        for number, column in enumerate(columns):
            table.add_column(column, justify="right" if number in right else "left", overflow="fold")
        for row in rows:
            table.add_row(*(Text(visible(cell)) for cell in row))
        self.console.print(table)

    @contextmanager
    def progress(self) -> Iterator[progress.Progress]:
        """Give a bar on a terminal, and a few lines elsewhere; both on stderr."""
        if not self._errors.is_terminal:
            yield _Lines(self._errors)
            return
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=28),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
        )
        with Bars(*columns, console=self._errors, transient=True) as bars:
            yield _Bar(bars)


class _Bar:
    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, step: Step) -> None:
        if step.label not in self._tasks:
            for task in self._tasks.values():
                self._bars.update(task, visible=False)
            self._tasks[step.label] = self._bars.add_task(step.label, total=step.total)
        self._bars.update(self._tasks[step.label], completed=step.done, total=step.total)


class _Lines:
    """Without a terminal, a task says when it begins, how far it is now and then, and when it is done."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._label = ""
        self._said_s = 0.0

    def __call__(self, step: Step) -> None:
        now_s = time.monotonic()
        begun, ended = step.label != self._label, step.total is not None and step.done == step.total
        if begun or ended or now_s - self._said_s > _PLAIN_EVERY_S:
            self._label, self._said_s = step.label, now_s
            count = f": {step.done}/{step.total} {step.unit}" if step.total else ""
            self._console.print(Text(visible(f"{step.label}{count}").rstrip(), "dim"), soft_wrap=True)
