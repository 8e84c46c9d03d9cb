"""The one place where errors are shown on a terminal, and the exit codes they end in."""

import logging
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.text import Text

from desktop.cli.output import one_line, visible
from desktop.core.errors import AppError, Cancelled, GateError
from desktop.core.progress import CancelToken

OK, FAILED, USAGE, REFUSED, CONFLICTS, CANCELLED = 0, 1, 2, 3, 4, 130


def run(program: Callable[[], object], *, as_json: bool) -> int:
    """Run the program and give its exit code; an error becomes a message, a bug keeps its traceback in the log."""
    try:
        program()
    except AppError as error:
        show(error)
        if as_json:
            sys.stdout.write(one_line(told(error)))
        return exit_code(error)
    except KeyboardInterrupt:
        return CANCELLED
    except SystemExit as end:  # the command line's own: help, wrong usage, typer.Exit
        return end.code if isinstance(end.code, int) else FAILED
    return OK


def show(error: AppError) -> None:
    """Print what happened and what can be done, on stderr."""
    console = Console(stderr=True, highlight=False)
    mark = ("  ", "") if isinstance(error, Cancelled) else ("✗ ", "bold red")
    console.print(Text.assemble(mark, visible(error.title)), soft_wrap=True)
    if error.hint:
        console.print(Text(f"  {visible(error.hint)}", "dim"), soft_wrap=True)
    logging.getLogger(__name__).debug("shown to the user", exc_info=error)


def told(error: AppError) -> dict[str, str]:
    """Give an error as a part of the one JSON document."""
    return {"error": error.title, "hint": error.hint, "kind": type(error).__name__}


def exit_code(error: AppError) -> int:
    """Give the exit code that an error ends in."""
    if isinstance(error, GateError):
        return REFUSED
    return CANCELLED if isinstance(error, Cancelled) else FAILED


@contextmanager
def interruptible() -> Iterator[CancelToken]:
    """Give a token that Ctrl-C sets; a second Ctrl-C ends the program at once."""
    token = CancelToken()

    def stop(_signal: int, _frame: object) -> None:
        if token.cancelled:
            raise KeyboardInterrupt
        token.cancel()

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield token
    finally:
        signal.signal(signal.SIGINT, before)


def cancel_at_end(cancel: CancelToken) -> None:
    """Wait until standard input closes: whoever started this program holds its other end, and closes it by ending."""
    sys.stdin.buffer.read()
    cancel.cancel()
