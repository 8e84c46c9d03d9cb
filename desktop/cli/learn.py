"""train, runs, models, export: from labels to models."""

from pathlib import Path
from typing import Annotated, Any

import typer

from desktop.cli.output import percent, plain, short, when
from desktop.cli.plant import Work, work
from desktop.core.errors import NotFoundError
from desktop.core.evaluation import Evaluation
from desktop.core.measurement import Measured
from desktop.core.registry import Model
from desktop.core.texts import _
from desktop.core.words import worded


def add_to(program: typer.Typer) -> None:
    """Add the commands of this station."""
    program.command(help=_("Train a model here on all that is labelled."))(train)
    program.command(help=_("List training runs, show a run's log, or stop it."))(runs)
    program.command(help=_("List the models, with how each did on its test pictures."))(models)
    program.command(help=_("Write a model as one self-contained ONNX file."))(export)


def train(context: typer.Context) -> None:
    with work(context) as job:
        job.sync()
        learned = job.plant.retraining.learn(job.plant.labeller, job.progress, job.cancel)
        model, dataset, measured = learned.model, learned.dataset, learned.measured
        job.output.result(
            {
                "model": model.id, "run": learned.run, "dataset": dataset.id, "classes": list(model.manifest.classes),
                "train": len(dataset.train), "left_out": dataset.left_out,
                "test": _figures(measured.field), "base_test": _figures(measured.base),
                "seconds": learned.seconds, "summary": dict(learned.summary),
            }
        )  # fmt: skip
        job.output.say(
            _("Model {model} learned from {n} pictures in {s} s.").format(
                model=short(model.id), n=learned.pictures, s=learned.seconds
            )
        )
        _say_accuracy(job, _("field pictures of the test side"), measured.field)
        _say_accuracy(job, _("base pictures of the test side"), measured.base)
        for reason, count in dataset.left_out.items():
            job.output.say(_("left out: {n} ({reason})").format(n=count, reason=reason), style="dim")


def runs(
    context: typer.Context,
    run: Annotated[str, typer.Argument(help=_("A run, to see its log."))] = "",
    cancel: Annotated[bool, typer.Option(help=_("Stop this run."))] = False,
) -> None:
    with work(context) as job:
        training = job.plant.training
        if cancel and not run:
            raise typer.BadParameter(_("name the run to stop"))
        chosen = [one for one in training.runs() if one.id.startswith(run)]
        if run and len(chosen) != 1:
            title = _("“{run}” could be several runs.") if chosen else _("No run is called “{run}”.")
            raise NotFoundError(title.format(run=run), _("`sortloop runs` lists them."))
        if cancel:
            training.cancel(chosen[0].id)
        log = training.log(chosen[0].id) if run else []
        job.output.result({"runs": chosen, "log": log} if run else {"runs": chosen})
        rows = [(one.id, when(one.at_ms), one.by, one.train, worded(one.state), short(one.model), one.message) for one in chosen]
        job.output.table((_("run"), _("when (UTC)"), _("who"), _("images"), _("state"), _("model"), ""), rows, right=(3,))
        for line in log:
            job.output.say(line, style="dim")


def models(context: typer.Context) -> None:
    with work(context) as job:
        service = job.plant.release.in_service()
        found = job.plant.registry.models()
        measured = {model.id: job.plant.measurement.measured(model) for model in found}
        serving = service.model if service else None
        job.output.result({"models": [_row(model, measured[model.id], in_service=model.id == serving) for model in found]})
        rows = [
            (
                short(model.id),
                when(model.manifest.created_ms),
                model.manifest.trainer,
                _accuracy(measured[model.id], "field"),
                _accuracy(measured[model.id], "base"),
                _("in service") if model.id == serving else "",
            )
            for model in found
        ]
        job.output.table((_("model"), _("when (UTC)"), _("trainer"), _("field tests"), _("base tests"), ""), rows, right=(3, 4))


def export(
    context: typer.Context,
    model: Annotated[str, typer.Argument(help=_("A model's id, or its beginning."))],
    target: Annotated[Path, typer.Argument(help=_("The file to write."))],
) -> None:
    from desktop.ml.export import export_onnx  # noqa: PLC0415 - onnx is slow to import

    with work(context) as job:
        found: Model = job.plant.registry.find(model)
        export_onnx(job.plant.registry.folder(found.id), target)
        job.output.result({"model": found.id, "file": str(target), "classes": list(found.manifest.classes)})
        job.output.say(_("Written: {file}").format(file=target))


def _figures(evaluation: Evaluation | None) -> dict[str, Any] | None:
    if evaluation is None:
        return None
    kept = ("n", "accuracy", "accuracy_low", "accuracy_high", "per_class", "classes", "confusion", "ece")
    return {name: plain(getattr(evaluation, name)) for name in kept}


def _say_accuracy(job: Work, what: str, evaluation: Evaluation) -> None:
    if evaluation.n:
        job.output.say(_("{what}: {right} of {n} right").format(what=what, right=percent(evaluation.accuracy), n=evaluation.n))


def _accuracy(measured: Measured | None, part: str) -> str:
    evaluation = getattr(measured, part, None)
    return f"{percent(evaluation.accuracy)} ({evaluation.n})" if evaluation and evaluation.n else percent(None)


def _row(model: Model, measured: Measured | None, *, in_service: bool) -> dict[str, Any]:
    manifest = model.manifest
    return {
        "model": model.id, "created_ms": manifest.created_ms, "trainer": manifest.trainer, "classes": list(manifest.classes),
        "dataset": manifest.dataset, "parent": manifest.parent, "in_service": in_service,
        "test": _figures(measured.field if measured else None),
    }  # fmt: skip
