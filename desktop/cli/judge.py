"""evaluate, compare: is a model good, and is it better?"""

from pathlib import Path
from typing import Annotated

import typer

from desktop.cli.output import percent, plain
from desktop.cli.plant import Work, work
from desktop.core.evaluation import Evaluation
from desktop.core.texts import _
from desktop.core.verdict import Verdict
from desktop.core.words import worded

_STYLE = {"pass": "bold green", "first": "bold green", "refuse": "bold red", "insufficient": "bold yellow"}
_SHOWN = 4
"""Names of pictures a line.  All of them are in the JSON document."""


def add_to(program: typer.Typer) -> None:
    """Add the commands of this station."""
    program.command(help=_("Measure a model on the test pictures or any others."))(evaluate)
    program.command(help=_("Hold a model against the one in service: the verdict."))(compare)


def evaluate(
    context: typer.Context,
    model: Annotated[str, typer.Argument(help=_("A model's id, or its beginning."))],
    on: Annotated[Path | None, typer.Option(help=_("A folder per class, instead of the test pictures."))] = None,
) -> None:
    with work(context) as job:
        found = job.plant.registry.find(model)
        if on is not None:
            result = job.plant.measurement.measure_folder(found, on, job.progress, job.cancel)
        else:
            job.sync()
            dataset = job.plant.measurement.freeze(job.progress, job.cancel)
            measured = job.plant.measurement.measure(found, dataset, job.progress, job.cancel)
            result = measured.field
        job.output.result({"model": found.id, **plain(result)})
        show_evaluation(job, result)


def compare(
    context: typer.Context,
    new: Annotated[str, typer.Argument(help=_("The candidate: a model's id, or its beginning."))],
    old: Annotated[str, typer.Argument(help=_("The model to hold it against; empty: the one in service."))] = "",
    to: Annotated[str, typer.Option(help=_("The device group or device it is meant for."))] = "",
) -> None:
    with work(context) as job:
        job.sync()
        registry = job.plant.registry
        candidate, other = registry.find(new), registry.find(old) if old else None
        if other is not None:
            verdict = job.plant.comparison.contrast(candidate, other, job.progress, job.cancel)
        else:
            verdict = job.plant.comparison.compare(candidate, to, job.progress, job.cancel)
        job.output.result({"model": candidate.id, "old": other.id if other else None, **plain(verdict)})
        show_verdict(job, verdict)


def show_evaluation(job: Work, evaluation: Evaluation) -> None:
    """Print an evaluation for people."""
    job.output.say(_("{right} of {n} right").format(right=percent(evaluation.accuracy), n=evaluation.n))
    rows = [(cls, row.n, percent(row.recall)) for cls, row in evaluation.per_class.items()]
    job.output.table((_("class"), _("pictures"), _("recall")), rows, right=(1, 2))


def show_verdict(job: Work, verdict: Verdict) -> None:
    """Print a verdict for people."""
    job.output.say(worded(verdict.verdict).upper(), style=_STYLE[verdict.verdict])
    for reason in verdict.reasons:
        job.output.say(f"  {reason}")
    rows = [(row.cls, row.n, percent(row.old.value if row.old else None), percent(row.new.value)) for row in verdict.classes]
    job.output.table((_("class"), _("pictures"), _("recall before"), _("recall after")), rows, right=(1, 2, 3))
    for title, names in ((_("newly wrong"), verdict.newly_broken), (_("newly right"), verdict.newly_right)):
        if names:
            job.output.say(
                f"{title} ({len(names)}): {', '.join(names[:_SHOWN])}{' …' if len(names) > _SHOWN else ''}", style="dim"
            )
