"""What the station shows, brought together off the window's thread: candidates, targets, a trial. Without Qt."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from desktop.app import Plant
from desktop.core.dataset import Entry, test_digest
from desktop.core.errors import NotFoundError
from desktop.core.evaluation import Answers, Evaluation, Labelled, evaluate
from desktop.core.images import Image
from desktop.core.progress import CancelToken, Progress
from desktop.core.refusal import Refusal, refusals
from desktop.core.registry import Model
from desktop.core.verdict import Verdict
from edge.contract.fleet import DeviceGroups
from edge.contract.keys import FLEET_GROUPS
from edge.contract.records import BadRecord, load


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model that could be shipped."""

    model: Model
    accuracy: float | None
    """On the field pictures of its own test set."""
    refused: Refusal | None
    in_service: bool


@dataclass(frozen=True, slots=True)
class Survey:
    """What can be chosen."""

    candidates: tuple[Candidate, ...]
    """Newest first."""
    targets: tuple[str, ...]
    """Device groups, then devices; all devices (empty) is always possible and not among them."""


@dataclass(frozen=True, slots=True)
class Said:
    """What both models said of one picture; ``old`` is empty where there is no old model."""

    truth: str
    new: str
    new_confidence: float
    old: str = ""
    old_confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class Trial:
    """A candidate held against the model in service, on the same blind test pictures."""

    model: Model
    old: str
    """The model in service; empty: there is none."""
    target: str
    devices: tuple[str, ...]
    verdict: Verdict
    new_evaluation: Evaluation
    old_evaluation: Evaluation | None
    said: Mapping[str, Said]
    """By picture."""
    images: Mapping[str, Image]
    digest: str
    """Of the test pictures with their labels."""
    again: int = 0
    """The test pictures have changed since: the how manieth attempt it would be to judge again; 0 while they are the same."""

    def cell(self, truth: str, said: str, *, old: bool = False) -> tuple[str, ...]:
        """Give the pictures of a cell of the confusion matrix, the surest answers first."""
        found = [
            (one.old_confidence if old else one.new_confidence, name)
            for name, one in self.said.items()
            if one.truth == truth and (one.old if old else one.new) == said
        ]
        return tuple(name for _confidence, name in sorted(found, reverse=True))

    def broken(self) -> tuple[str, ...]:
        """Give the pictures to look at first: those newly broken; for a first model all that it gets wrong."""
        if self.old_evaluation is None:
            return tuple(one.name for one in self.new_evaluation.wrong)
        return self.verdict.newly_broken


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A candidate that was judged on other test pictures, by another window: judging it again is one attempt more."""

    model: Model
    target: str
    again: int


def survey(plant: Plant) -> Survey:
    """Look at the models and the devices."""
    models = plant.registry.models()
    refused = refusals(plant.store, [model.id for model in models])
    service = plant.release.in_service()
    groups = DeviceGroups()
    with suppress(NotFoundError, BadRecord):
        groups = load(DeviceGroups, plant.store.get(FLEET_GROUPS).body)
    candidates = []
    for model in models:
        measured = plant.measurement.measured(model)
        accuracy = measured.field.accuracy if measured else None
        candidates.append(Candidate(model, accuracy, refused.get(model.id), service is not None and service.model == model.id))
    names = [device.device for device in plant.fleet.devices()]
    return Survey(tuple(candidates), (*sorted(groups.groups), *names))


def try_out(
    plant: Plant, model: Model, target: str, known: Trial | None, *, again: bool, progress: Progress, cancel: CancelToken
) -> Trial | Unjudged:
    """Hold a candidate against what its target runs.

    Where nothing has changed since a known trial, that one is given. Where it was judged on other test pictures, nothing is
    judged unless that is wanted ``again``: every judgement makes the next one stricter.
    """
    now = _look(plant, model, target, progress, cancel)
    if known and (known.old, known.digest, known.devices) == (now.running, now.digest, now.devices):
        return replace(known, again=0) if known.again else known
    outlook = plant.comparison.outlook(model, now.old, target, now.entries)
    if outlook.overtaken and not again:
        shown = known if known and known.old == now.running else None
        return replace(shown, again=outlook.attempt) if shown else Unjudged(model, target, outlook.attempt)
    verdict = plant.comparison.compare(model, target, progress, cancel)
    models = [model, *([now.old] if now.old else [])]
    labelled, answers = plant.measurement.answers(models, now.entries, progress, cancel)
    return Trial(
        model=model,
        old=now.running,
        target=target,
        devices=now.devices,
        verdict=verdict,
        new_evaluation=evaluate(labelled, answers[0]),
        old_evaluation=evaluate(labelled, answers[1]) if now.old else None,
        said=_said(labelled, *answers),
        images={entry.name: entry.image for entry in now.entries},
        digest=now.digest,
    )


def overtaken(plant: Plant, trial: Trial, progress: Progress, cancel: CancelToken) -> bool:
    """Tell whether the model in service or the test pictures are others than when a candidate was judged."""
    now = _look(plant, trial.model, trial.target, progress, cancel)
    return (trial.old, trial.digest) != (now.running, now.digest)


@dataclass(frozen=True, slots=True)
class _Ground:
    """What a candidate would be judged on and against, right now."""

    running: str
    old: Model | None
    entries: Sequence[Entry]
    digest: str
    devices: tuple[str, ...]


def _look(plant: Plant, model: Model, target: str, progress: Progress, cancel: CancelToken) -> _Ground:
    service = plant.release.in_service(target)
    old = plant.registry.standing(service.model) if service else None
    entries, _chosen = plant.comparison.tests([model, *([old] if old else [])], progress, cancel)
    devices = tuple(device.device for device in plant.fleet.devices(target))
    return _Ground(service.model if service else "", old, entries, test_digest(entries), devices)


def _said(labelled: Labelled, new: Answers, old: Answers | None = None) -> dict[str, Said]:
    best, sure = new.best().tolist(), new.confidence().tolist()
    before, sure_before = (old.best().tolist(), old.confidence().tolist()) if old else ([], [])
    return {
        name: Said(
            labelled.truth[row],
            new.classes[best[row]],
            sure[row],
            old.classes[before[row]] if old else "",
            sure_before[row] if old else 0.0,
        )
        for row, name in enumerate(labelled.names)
    }
