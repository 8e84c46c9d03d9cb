"""demo: the whole circle on drawn pictures, on this computer, in about two minutes."""

import os
import shutil
import sys
import threading
import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from desktop.app import open_plant
from desktop.cli.messages import REFUSED, cancel_at_end, interruptible
from desktop.cli.output import one_line, plain
from desktop.cli.plant import Options
from desktop.cli.window import open_window, screen
from desktop.core.errors import ConfigError
from desktop.core.progress import Step
from desktop.core.texts import _
from desktop.core.verdict import Ruling

_TOLD_S = 0.1
_UNSEEN = ("offscreen", "minimal")
"""Platforms of Qt on which nobody sees a window."""
_MARK = ".sortloop-demo"
"""A folder with this file was made by a demo and may be made anew."""


class By(StrEnum):
    """Who takes the plant through its second half."""

    BEST = "best"
    """You where there is a screen, else keys."""
    YOU = "you"
    KEYS = "keys"
    COMMANDS = "commands"


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
    by: Annotated[
        By, typer.Option(help=_("Who sorts, trains and deploys: you in the window, keys sent to it unseen, or commands."))
    ] = By.BEST,
    hold: Annotated[bool, typer.Option("--hold", hidden=True)] = False,
) -> None:
    from desktop.demo.report import write_report  # noqa: PLC0415 - other commands need none of it
    from desktop.demo.story import Story  # noqa: PLC0415

    options: Options = context.obj
    folder = folder.absolute()
    target = (report or folder / "report.html").absolute()
    _make_room(folder)
    if hold:
        _hold(options, folder, seed)
        return
    plant = open_plant(str(folder / "bucket"), folder / "home", create=True)
    if by is By.BEST:
        by = By.YOU if screen() and os.environ.get("QT_QPA_PLATFORM") not in _UNSEEN else By.KEYS
    with options.output.progress() as progress, interruptible() as cancel:
        story = Story(plant, folder, options.output.say, progress, cancel, seed)
        if by is By.YOU:
            with story.field():
                open_window(str(folder / "bucket"), folder / "home")
            options.output.result({"bucket": str(folder / "bucket"), "home": str(folder / "home")})
            return
        if by is By.KEYS:
            from desktop.demo.screen import turn  # noqa: PLC0415 - it needs Qt

            story.turner = turn
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


def _hold(options: Options, folder: Path, seed: int) -> None:
    """Build the plant, a JSON line a step, for whoever holds the other end of standard input; the devices run until it closes."""
    from desktop.demo.story import Story  # noqa: PLC0415

    def told(document: object) -> None:
        sys.stdout.write(one_line(document))
        sys.stdout.flush()

    plant = open_plant(str(folder / "bucket"), options.home, create=True)
    with interruptible() as cancel:
        threading.Thread(target=cancel_at_end, args=(cancel,), daemon=True).start()
        last_s, part = 0.0, ""

        def say(text: str, style: str) -> None:
            nonlocal part
            part = text if style == "bold" else part

        def progress(step: Step) -> None:
            nonlocal last_s
            if (now_s := time.monotonic()) - last_s > _TOLD_S:
                last_s = now_s
                told({"part": part, "label": step.label, "done": step.done, "total": step.total})

        with Story(plant, folder, say, progress, cancel, seed).field():
            told({"ready": str(folder / "bucket")})
            while not cancel.cancelled:
                cancel.wait(_TOLD_S)


def _make_room(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        if not (folder / _MARK).exists():
            raise ConfigError(
                _("{folder} holds something else.").format(folder=folder), _("Name a folder that is empty or not there yet.")
            )
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _MARK).touch()
