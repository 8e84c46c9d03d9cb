"""gui: the window; what `sortloop` does without a command."""

import os
import sys
from typing import Annotated

import typer

from desktop.cli.output import one_line
from desktop.cli.plant import Options
from desktop.cli.window import open_window, screen, without
from desktop.core.texts import _


def add_to(program: typer.Typer) -> None:
    """Add the commands of this station."""
    program.command(help=_("Open the window; so does no command at all."))(gui)


def gui(
    context: typer.Context,
    self_test: Annotated[
        bool,
        typer.Option(
            "--self-test", help=_("Try it on a plant that is thrown away, with or without a screen, and tell how it went.")
        ),
    ] = False,
    exit_when_usable: Annotated[bool, typer.Option("--exit-when-usable", hidden=True)] = False,
) -> None:
    options: Options = context.obj
    if self_test:
        raise typer.Exit(_self_test())
    raise typer.Exit(open_window(options.bucket, options.home, exit_when_usable=exit_when_usable))


def _self_test() -> int:
    if not screen():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    try:
        from desktop.ui.selftest import SelfTest  # noqa: PLC0415 - other commands need no Qt
    except ModuleNotFoundError as error:
        raise without(error) from error
    found = SelfTest().run()
    sys.stdout.write(one_line(found))
    return 0 if found["ok"] else 1
