"""What the train station shows, gathered off the window's thread: runs with what became of them, and what comes next."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from desktop.app import Plant
from desktop.core.dataset import load_summary
from desktop.core.errors import NotFoundError
from desktop.core.evaluation import Evaluation
from desktop.core.measurement import Measured
from desktop.core.ports import RunState
from desktop.core.progress import CancelToken, Progress
from desktop.core.prospect import Prospect, estimate_s, prospect
from desktop.core.refusal import refusals
from desktop.core.registry import Model
from desktop.core.release import Deployment, Stage
from desktop.core.training import Run
from edge.contract.keys import Area
from edge.contract.records import BadRecord

SERVICE, ROLLING, REFUSED = "in service", "rolling", "refused"
"""What became of a model, beside nothing: devices run it, or are on their way to; somebody turned it down."""


@dataclass(frozen=True, slots=True)
class PastRun:
    """One run as the station lists it."""

    run: Run
    trainer: str = ""
    """Of its model; empty: not known."""
    here: bool = False
    """Whether it ran on this computer: only then are there a log and figures."""
    on_field: Evaluation | None = None
    """On the field pictures of the test side."""
    on_base: Evaluation | None = None
    summary: Mapping[str, Any] = field(default_factory=dict)
    fate: str = ""

    @property
    def seconds(self) -> float | None:
        """How long it took, None while it runs."""
        if "seconds" in self.summary:
            return float(self.summary["seconds"])
        return (self.run.ended_ms - self.run.at_ms) / 1000 if self.run.ended_ms else None

    @property
    def accuracy(self) -> float | None:
        """On the field's test pictures; where there are none, on the base pictures'."""
        measured = next((one for one in (self.on_field, self.on_base) if one is not None and one.n), None)
        return measured.accuracy if measured else None

    @property
    def measured(self) -> bool:
        """Whether its model was measured."""
        return self.on_field is not None


@dataclass(frozen=True, slots=True)
class TrainFacts:
    """All of it, as of one moment."""

    runs: tuple[PastRun, ...]
    """Newest first."""
    prospect: Prospect
    last_model: str = ""
    """The model of the newest run that made one."""
    estimate_s: float | None = None


def look_at(plant: Plant, _progress: Progress, cancel: CancelToken) -> TrainFacts:
    """Gather it; runs that ended meanwhile are taken into the bucket."""
    runs = plant.training.runs()
    models = {model.id: model for model in plant.registry.models()}
    fates = dict.fromkeys(refusals(plant.store, models), REFUSED) | fates_of(plant.release.deployments())
    past = []
    for run in runs:
        cancel.check()
        model = models.get(run.model or "")
        measured = plant.measurement.measured(model) if model else None
        past.append(_past(plant, run, model, measured, fates.get(run.model or "", "")))
    last = next((one.run for one in past if one.run.model in models), None)
    dataset = last.dataset if last else next((model.manifest.dataset for model in models.values()), None)
    cancel.check()
    known = plant.catalog.known(Area.LABELED, Area.BASE, Area.RAW)
    coming = prospect(known, plant.taxonomy(), plant.catalog.twins(), _learned(plant, dataset))
    rates = [(one.run.train, one.seconds or 0.0) for one in past if one.here and one.run.state == RunState.DONE]
    return TrainFacts(tuple(past), coming, (last.model if last else "") or "", estimate_s(rates, coming.train))


def fates_of(deployments: Iterable[Deployment]) -> dict[str, str]:
    """Tell which models devices run, or are on their way to, by the deployments (oldest first)."""
    fates: dict[str, str] = {}
    newest: set[str] = set()
    for one in reversed(list(deployments)):
        if one.target in newest:
            continue
        if one.stage == Stage.ROLLING:
            fates.setdefault(one.model, ROLLING)
        elif one.stage == Stage.COMPLETED:
            fates.setdefault(one.model, SERVICE)
            newest.add(one.target)
            if not one.target:
                break
    return fates


def _past(plant: Plant, run: Run, model: Model | None, measured: Measured | None, fate: str) -> PastRun:
    status = plant.training.status(run.id)
    return PastRun(
        run,
        trainer=model.manifest.trainer if model else "",
        here=status is not None,
        on_field=measured.field if measured else None,
        on_base=measured.base if measured else None,
        summary=status.summary if status else {},
        fate=fate,
    )


def _learned(plant: Plant, dataset: str | None) -> Mapping[str, int]:
    """Give how many pictures of each class a dataset trains on; none where it is not known."""
    try:
        return load_summary(plant.store, dataset).train if dataset else {}
    except (NotFoundError, BadRecord):
        return {}
