"""demo: the whole circle on drawn pictures, on this computer, in about two minutes."""

import shutil
from pathlib import Path
from typing import Annotated

import typer

from desktop.app import open_plant
from desktop.cli.messages import REFUSED, interruptible
from desktop.cli.output import plain
from desktop.cli.plant import Options
from desktop.core.errors import ConfigError
from desktop.core.texts import _
from desktop.core.verdict import Ruling

_MARK = ".sortloop-demo"
"""A folder with this file was made by a demo and may be made anew."""


def add_to(program: typer.Typer) -> None:
    """Add the commands of this station."""
    program.command(help=_("Run the whole circle on drawn pictures."))(demo)


def demo(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help=_("Where the plant is built; an earlier demo there is replaced."))] = Path(
        "demo"
    ),
    report: Annotated[Path | None, typer.Option(help=_("The HTML report; empty: report.html in the folder."))] = None,
    seed: Annotated[int, typer.Option(help=_("Another number, other pictures."))] = 1,
) -> None:
    from desktop.demo.report import write_report  # noqa: PLC0415 - other commands need none of it
    from desktop.demo.story import Story  # noqa: PLC0415

    options: Options = context.obj
    folder = folder.absolute()
    target = (report or folder / "report.html").absolute()
    _make_room(folder)
    plant = open_plant(str(folder / "bucket"), folder / "home", create=True)
    with options.output.progress() as progress, interruptible() as cancel:
        story = Story(plant, folder, options.output.say, progress, cancel, seed)
        tale = story.tell()
        write_report(tale, plant, target)
    ruling = tale.verdict.verdict if tale.verdict else None
    options.output.result(
        {
            "report": str(target),
            "bucket": str(folder / "bucket"),
            "before": plain(tale.first_field),
            "sorted": plain(tale.sorted),
            "verdict": ruling,
            "after": plain(tale.second_field),
            "seconds": {title: round(seconds, 1) for title, seconds in tale.steps},
        }
    )
    options.output.say(_("The report, with pictures and plots: {file}").format(file=target), style="bold")
    options.output.say(
        _("Look around: sortloop --bucket {bucket} --home {home} status").format(bucket=folder / "bucket", home=folder / "home"),
        style="dim",
    )
    if ruling not in (Ruling.PASS, Ruling.FIRST):
        raise typer.Exit(REFUSED)


def _make_room(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        if not (folder / _MARK).exists():
            raise ConfigError(
                _("{folder} holds something else.").format(folder=folder), _("Name a folder that is empty or not there yet.")
            )
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _MARK).touch()
