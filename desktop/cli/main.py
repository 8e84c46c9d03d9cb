"""The program: global options first, then a command."""

from pathlib import Path
from typing import Annotated

import typer

from desktop.app import default_home
from desktop.cli import check, collect, demo, fleet, gui, judge, learn, messages, sort
from desktop.cli.output import Output
from desktop.cli.plant import Options
from desktop.cli.window import open_window
from desktop.core.texts import _

program = typer.Typer(invoke_without_command=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
for station in (collect, sort, learn, judge, fleet, check, demo, gui):
    station.add_to(program)


@program.callback(help=_("Sort what the classifier at the edge was unsure of, retrain it, measure it, send it back."))
def options(
    context: typer.Context,
    bucket: Annotated[str, typer.Option(envvar="SORTLOOP_BUCKET", help=_("The bucket: a folder."))] = "",
    home: Annotated[
        Path | None, typer.Option(envvar="SORTLOOP_HOME", help=_("Where settings, catalog, journal and caches live."))
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help=_("One JSON document on stdout, progress on stderr."))] = False,
) -> None:
    context.obj = Options(bucket, home or default_home(), Output(as_json=as_json))
    if context.invoked_subcommand is None:
        raise typer.Exit(open_window(bucket, context.obj.home))


def run_arguments(words: list[str]) -> int:
    """Run a command line and give its exit code."""
    as_json = "--json" in words
    if as_json:  # it may stand behind the command, too
        words = ["--json", *(word for word in words if word != "--json")]
    return messages.run(lambda: program(words), as_json=as_json)
