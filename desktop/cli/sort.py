"""label, undo, history, classes: sorting by command, through the same journal and delivery as a key in the window."""

import os
import sys
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Annotated

import typer

from desktop.cli.messages import CONFLICTS, cancel_at_end, exit_code, show, told
from desktop.cli.output import Output, when
from desktop.cli.plant import Work, work
from desktop.core.catalog import Catalog
from desktop.core.delivery import DeliveryReport
from desktop.core.errors import AppError, BusyError, ConfigError, ConflictError, NotFoundError
from desktop.core.history import read_history
from desktop.core.journal import Choice, Decision, Kind, State
from desktop.core.taxonomy import save_taxonomy
from desktop.core.texts import _, ngettext
from desktop.core.words import worded
from desktop.language import spoken
from edge.contract.keys import Area, key_of, locate

_DAY_MS = 86_400_000
_NICE = 10
_BELOW_NORMAL = 0x4000
"""BELOW_NORMAL_PRIORITY_CLASS (processthreadsapi.h)."""


def add_to(program: typer.Typer) -> None:
    """Add the commands of this station."""
    program.command(help=_("Sort images into a class; returns when they are moved."))(label)
    program.command(help=_("Take back the last step; without limit."))(undo)
    program.command(help=_("Deliver what waits in the journal."))(deliver)
    program.command(help=_("Tell who decided what and when."))(history)
    program.command(help=_("List the classes of the plant, or add some."))(classes)


def label(
    context: typer.Context,
    cls: Annotated[str, typer.Argument(metavar="CLASS", help=_("A class, or “discarded”, or “raw” to send pictures back."))],
    names: Annotated[list[str], typer.Argument(metavar="NAME…", help=_("Names of images; “-” reads them from standard input."))],
    blind: Annotated[bool, typer.Option(help=_("They were looked at without suggestion, name or score."))] = False,
) -> None:
    with work(context) as job:
        wanted = [line.strip() for line in _lines()] if names == ["-"] else names
        if not any(wanted):
            raise ConfigError(_("No names were given."), _("One name a line on standard input, or names after the class."))
        kind, area, folder = _target(job, cls)
        planned = job.plant.journal.overlay()
        known = {name: _find(job, name, planned) for name in dict.fromkeys(_base_name(text) for text in wanted if text)}
        choices = [Choice(name, key, etag, key_of(area, name, folder), blind=blind) for name, (key, etag) in known.items()]
        moving = [choice for choice in choices if choice.source != choice.target]
        made = job.plant.journal.record(kind, job.plant.labeller, moving)
        _finish(job, made, already=len(choices) - len(moving))


def undo(
    context: typer.Context,
    steps: Annotated[int, typer.Option(min=1, help=_("How many steps to take back."))] = 1,
    redo: Annotated[bool, typer.Option(help=_("Do again what was taken back."))] = False,
) -> None:
    with work(context) as job:
        journal, who = job.plant.journal, job.plant.labeller
        touched: set[str] = set()
        for _step in range(steps):
            part = journal.redo(who) if redo else journal.undo(who)
            if not part:
                break
            touched |= {decision.choice.name for decision in part}
        if not touched:
            raise NotFoundError(_("Nothing to do again.") if redo else _("Nothing to take back."))
        # What was delivered already is taken back by a move of its own: each image's last decision tells how it went.
        _finish(job, [journal.of_image(name)[-1] for name in sorted(touched)])


def deliver(
    context: typer.Context,
    follow: Annotated[bool, typer.Option(help=_("Go on with what others decide, until standard input closes."))] = False,
) -> None:
    with work(context) as job:
        if follow:
            threading.Thread(target=cancel_at_end, args=(job.cancel,), daemon=True).start()
            _stand_back()
            report = job.plant.keep_delivering(job.cancel, partial(_tell, job.output))
        else:
            report = job.plant.deliver(job.progress, job.cancel)
        trouble = _trouble(report, report.waiting)
        job.output.result(
            {
                "done": report.done,
                "lost": len(report.lost),
                "conflicts": len(report.conflicts),
                "waiting": report.waiting,
                **(told(trouble) if trouble else {}),
            }
        )
        job.output.say(_("{n} moved, {waiting} waiting.").format(n=report.done, waiting=report.waiting))
        _end(trouble, clash=bool(report.lost or report.conflicts))


def _tell(output: Output, trouble: AppError | None) -> None:
    """Tell at once why decisions wait, or that they no longer do: in JSON a line of its own, before the last document."""
    told = {"trouble": None} if trouble is None else {"trouble": trouble.title, "hint": trouble.hint}
    output.result(told)
    output.say(_("Decisions are delivered again.") if trouble is None else f"{trouble.title} {trouble.hint}".strip())
    sys.stdout.flush()


def _stand_back() -> None:
    """Leave the processor to the window: a key must not wait for a move."""
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415

        system = ctypes.windll.kernel32
        system.SetPriorityClass(system.GetCurrentProcess(), _BELOW_NORMAL)
    else:
        os.nice(_NICE)


def history(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help=_("An image; empty: all of them."))] = "",
    days: Annotated[int, typer.Option(min=1, help=_("How far back."))] = 7,
    limit: Annotated[int, typer.Option(min=1)] = 50,
) -> None:
    with work(context) as job:
        now_ms = int(datetime.now(UTC).timestamp() * 1000)
        events = [event for event in read_history(job.plant.store, max(0, now_ms - days * _DAY_MS)) if name in ("", event.name)]
        newest = sorted(events, key=lambda event: (event.at_ms, event.decision), reverse=True)[:limit]
        job.output.result({"events": newest})
        rows = [
            (
                when(event.at_ms),
                event.labeller,
                worded(event.kind),
                event.name,
                event.target.rpartition("/")[0],
                worded(event.outcome),
            )
            for event in newest
        ]
        job.output.table((_("when (UTC)"), _("who"), _("what"), _("image"), _("to"), _("outcome")), rows)


def classes(
    context: typer.Context,
    add: Annotated[list[str] | None, typer.Option(help=_("Add a class."))] = None,
) -> None:
    with work(context, create=bool(add)) as job:
        taxonomy = job.plant.taxonomy()
        if add:
            taxonomy = save_taxonomy(job.plant.store, taxonomy.added(add))
        job.output.result({"classes": taxonomy.classes})
        shown = taxonomy.shown(spoken())
        rows = [(one.id, one.key, shown[one.id]) for one in taxonomy.classes]
        job.output.table((_("class"), _("key"), _("name")), rows)


def _target(job: Work, cls: str) -> tuple[Kind, Area, str | None]:
    if cls in ("discarded", "raw"):
        return (Kind.DISCARD, Area.DISCARDED, None) if cls == "discarded" else (Kind.RESTORE, Area.RAW, None)
    active = job.plant.taxonomy().active()
    if cls not in active:
        raise NotFoundError(
            _("“{cls}” is no class of this plant.").format(cls=cls), _("There are: {classes}.").format(classes=", ".join(active))
        )
    return Kind.LABEL, Area.LABELED, cls


def _lines() -> list[str]:
    try:
        return sys.stdin.read().splitlines()
    except UnicodeDecodeError as error:
        raise ConfigError(
            _("Standard input is not text: {error}.").format(error=error), _("One name a line, in UTF-8.")
        ) from error


def _base_name(text: str) -> str:
    """Give an image's name where its whole key was given; what no text can hold never names an image."""
    text = text.encode(errors="replace").decode()
    place = locate(text)
    if place is not None and place.area is Area.BASE:
        raise ConfigError(_("{key} is a base picture; these are not sorted.").format(key=text), _("Move it by hand."))
    return place.name if place else text.rpartition("/")[2]  # also of a file's path


def _find(job: Work, name: str, planned: Mapping[str, str]) -> tuple[str, str]:
    """Give the key and ETag of an image where it will lie once all that is planned is done; look again if it is not known."""
    if name in planned:
        return planned[name], ""
    found = _places(job.plant.catalog, name)
    if not found:
        job.sync()
        found = _places(job.plant.catalog, name)
    if not found:
        raise NotFoundError(_("No image is called “{name}”.").format(name=name), _("`sortloop sync` looks again."))
    if len(found) > 1:
        keys = ", ".join(key for key, _etag in found)
        raise ConflictError(
            _("{name} lies in two places: {keys}.").format(name=name, keys=keys), _("Remove one of them by hand.")
        )
    return found[0]


def _places(catalog: Catalog, name: str) -> list[tuple[str, str]]:
    return [(one.image.key, one.image.etag) for one in catalog.find(name) if one.image.area is not Area.BASE]


def _finish(job: Work, made: list[Decision], already: int = 0) -> None:
    """Deliver, tell what became of the decisions, and end with code 4 if some were lost or in conflict."""
    report = job.plant.deliver(job.progress, job.cancel)
    now = job.plant.journal.get([one.id for one in made])
    by_state = {state: [one for one in now if one.state is state] for state in State}
    lost, conflicts = by_state[State.LOST], by_state[State.CONFLICT]
    waiting = len(by_state[State.PLANNED]) + len(by_state[State.MOVING])
    trouble = _trouble(report, waiting)
    if trouble is None and (lost or conflicts):
        trouble = _look_again(job)
    job.output.result(
        {
            "done": len(by_state[State.DONE]) + already,
            "taken_back": len(by_state[State.CANCELLED]),
            "lost": [{"name": one.choice.name, "to": one.winner, "where": one.whereabouts} for one in lost],
            "conflicts": [{"name": one.choice.name, "reason": one.whereabouts} for one in conflicts],
            "waiting": waiting,
            **(told(trouble) if trouble else {}),
        }
    )
    job.output.say(_("{n} moved.").format(n=len(by_state[State.DONE])))
    if already:
        job.output.say(_("{n} were there already.").format(n=already))
    if waiting:
        job.output.say(_("{n} decided and kept; `sortloop deliver` moves them.").format(n=waiting))
    for one in lost:
        job.output.say(
            _("{name} was already sorted as {where} by {who}.").format(
                name=one.choice.name, where=one.whereabouts or "?", who=one.winner or "?"
            ),
            style="yellow",
        )
    for one in conflicts:
        job.output.say(
            _("{name} is in conflict and was left alone: {reason}").format(name=one.choice.name, reason=one.whereabouts),
            style="yellow",
        )
    _end(trouble, clash=bool(lost or conflicts))


def _look_again(job: Work) -> AppError | None:
    """Sync, or the next decision on these images would begin where they no longer are; give what went wrong with it."""
    try:
        job.sync()
    except AppError as error:
        return error
    return None


def _trouble(report: DeliveryReport, waiting: int) -> AppError | None:
    """Give the reason why something still waits, None if nothing does."""
    if report.trouble is not None:
        return report.trouble
    if not waiting:
        return None
    return BusyError(
        ngettext(
            "{n} picture is still being moved by somebody else.", "{n} pictures are still being moved by somebody else.", waiting
        ).format(n=waiting),
        _("The decisions are kept; `sortloop deliver` goes on."),
    )


def _end(trouble: AppError | None, *, clash: bool) -> None:
    """End with the exit code that tells how it went."""
    if trouble is not None:
        show(trouble)
        raise typer.Exit(exit_code(trouble))
    if clash:
        raise typer.Exit(CONFLICTS)
