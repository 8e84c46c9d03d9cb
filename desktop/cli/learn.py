"""train, runs, models, export: from labels to models."""

from pathlib import Path
from typing import Annotated, Any

import typer

from desktop.cli.output import short, when
from desktop.cli.plant import Work, work
from desktop.core.evaluation import Evaluation
from desktop.core.progress import CancelToken
from desktop.core.registry import Model
from desktop.core.texts import _


def add_to(program: typer.Typer) -> None:
    """Add the commands of this station."""
    program.command()(train)
    program.command()(runs)
    program.command()(models)
    program.command()(export)


def train(context: typer.Context) -> None:
    """Train a model here on all that is labelled, and measure it on the test pictures."""
    with work(context) as job:
        job.sync()
        dataset = job.plant.comparison.freeze(job.progress, job.cancel)
        service = job.plant.release.in_service()
        parent = service.model if service else None
        run = job.plant.training.start(dataset, job.plant.labeller, parent, job.progress, job.cancel)
        status = job.plant.training.follow(run.id, job.progress, job.cancel)
        model = job.plant.training.settle(run.id)
        # A finished model is worth its figures even if the user stopped meanwhile.
        measured = job.plant.comparison.measure(model, dataset, job.progress, CancelToken())
        seconds = status.summary.get("seconds")
        job.output.result(
            {
                "model": model.id, "run": run.id, "dataset": dataset.id, "classes": list(model.manifest.classes),
                "train": len(dataset.train), "left_out": dataset.left_out,
                "test": _figures(measured.field), "base_test": _figures(measured.base),
                "seconds": seconds, "summary": dict(status.summary),
            }
        )  # fmt: skip
        job.output.say(_("Model {model} learned from {n} pictures in {s} s.").format(model=short(model.id), n=len(dataset.train), s=seconds))
        _say_accuracy(job, _("field pictures of the test side"), measured.field)
        _say_accuracy(job, _("base pictures of the test side"), measured.base)
        for reason, count in dataset.left_out.items():
            job.output.say(_("left out: {n} ({reason})").format(n=count, reason=reason), style="dim")


def runs(
    context: typer.Context,
    run: Annotated[str, typer.Argument(help=_("A run, to see its log."))] = "",
    cancel: Annotated[bool, typer.Option(help=_("Stop this run."))] = False,
) -> None:
    """List training runs, take in those that ended meanwhile, show a run's log, or stop it."""
    with work(context) as job:
        training = job.plant.training
        if run and cancel:
            training.cancel(run)
        found = training.settled_runs()
        chosen = [one for one in found if one.id.startswith(run)]
        log = training.log(chosen[0].id) if run and len(chosen) == 1 else []
        job.output.result({"runs": chosen, "log": log} if run else {"runs": found})
        rows = [(one.id, when(one.at_ms), one.by, one.train, one.state, short(one.model), one.message) for one in chosen]
        job.output.table((_("run"), _("when (UTC)"), _("who"), _("images"), _("state"), _("model"), ""), rows, right=(3,))
        for line in log:
            job.output.say(line, style="dim")


def models(context: typer.Context) -> None:
    """List the models, newest first, with where they are in service."""
    with work(context) as job:
        service = job.plant.release.in_service()
        found = [
            {
                "model": model.id, "created_ms": model.manifest.created_ms, "trainer": model.manifest.trainer,
                "classes": list(model.manifest.classes), "dataset": model.manifest.dataset, "parent": model.manifest.parent,
                "in_service": service is not None and service.model == model.id,
                "test": _figures(job.plant.comparison.last_evaluation(model.id)),
            }
            for model in job.plant.registry.models()
        ]  # fmt: skip
        job.output.result({"models": found})
        rows = [
            (short(one["model"]), when(one["created_ms"]), one["trainer"], _percent(one["test"]), _("in service") if one["in_service"] else "")
            for one in found
        ]
        job.output.table((_("model"), _("when (UTC)"), _("trainer"), _("accuracy"), ""), rows, right=(3,))


def export(
    context: typer.Context,
    model: Annotated[str, typer.Argument(help=_("A model's id, or its beginning."))],
    target: Annotated[Path, typer.Argument(help=_("The file to write."))],
) -> None:
    """Write a model as one self-contained ONNX file, for anybody else's program."""
    from desktop.ml.export import export_onnx  # noqa: PLC0415 - onnx is slow to import

    with work(context) as job:
        found: Model = job.plant.registry.find(model)
        export_onnx(job.plant.registry.folder(found.id), target)
        job.output.result({"model": found.id, "file": str(target), "classes": list(found.manifest.classes)})
        job.output.say(_("Written: {file}").format(file=target))


def _figures(evaluation: Evaluation | None) -> dict[str, Any] | None:
    if evaluation is None:
        return None
    return {
        "n": evaluation.n, "accuracy": evaluation.accuracy, "per_class": evaluation.per_class,
        "confusion": evaluation.confusion, "ece": evaluation.ece,
    }  # fmt: skip


def _say_accuracy(job: Work, what: str, evaluation: Evaluation | None) -> None:
    if evaluation is not None and evaluation.n:
        job.output.say(_("{what}: {right:.1%} of {n} right").format(what=what, right=evaluation.accuracy, n=evaluation.n))


def _percent(figures: Any) -> str:
    return f"{figures['accuracy']:.1%} ({figures['n']})" if figures and figures["n"] else ""
