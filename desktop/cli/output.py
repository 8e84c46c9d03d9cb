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
        self._bar: _Bar | None = None

    def result(self, document: Any) -> None:
        """Print the command's JSON document, if JSON was asked for."""
        self._clear()
        if self.as_json:
            sys.stdout.write(one_line(plain(document)))

    def say(self, text: str, style: str = "") -> None:
        """Print a line for people; nothing with JSON."""
        self._clear()
        if not self.as_json:
            # A terminal's own breaks fall into the middle of words.
            self.console.print(Text(visible(text), style), soft_wrap=not self.console.is_terminal)

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[object]], *, right: Sequence[int] = ()) -> None:
        """Print a table for people, its first column never broken, so that it can be copied; nothing with JSON."""
        self._clear()
        if self.as_json:
            return
        table = Table(box=None, pad_edge=False, header_style="bold")
        for number, column in enumerate(columns):
            table.add_column(column, justify="right" if number in right else "left", overflow="fold", no_wrap=number == 0)
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
        self._bar = _Bar(Bars(*columns, console=self._errors, transient=True))
        try:
            yield self._bar
        finally:
            self._clear()

    def _clear(self) -> None:
        """Take the bar off the screen before anything else is said; its next step brings it back."""
        if self._bar is not None:
            self._bar.hide()


class _Bar:
    """One bar for what is being done at the moment."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._label = ""
        self._task: TaskID | None = None

    def __call__(self, step: Step) -> None:
        if self._task is None or step.label != self._label:
            self.hide()
            self._label = step.label
            self._task = self._bars.add_task(step.label, total=step.total)
            self._bars.start()
        self._bars.update(self._task, completed=step.done, total=step.total)

    def hide(self) -> None:
        """Take it off the screen."""
        if self._task is not None:
            self._bars.remove_task(self._task)
            self._bars.stop()
            self._task = None


class _Lines:
    """Without a terminal, a task says when it begins, how far it is now and then, and when it is done."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._last: Step | None = None
        self._said_s = 0.0

    def __call__(self, step: Step) -> None:
        now_s, last = time.monotonic(), self._last
        begun = last is None or step.label != last.label
        ended = step.total is not None and step.done == step.total and step != last
        self._last = step
        if begun or ended or now_s - self._said_s > _PLAIN_EVERY_S:
            self._said_s = now_s
            count = f": {step.done}/{step.total} {step.unit}" if step.total else ""
            self._console.print(f"{step.label}{count}".rstrip(), style="dim", soft_wrap=True)
