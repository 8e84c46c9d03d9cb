"""Models measured on labelled images, and held against each other: what the gate needs, brought together."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from desktop.core.catalog import Catalog
from desktop.core.dataset import Dataset, Entry, freeze, save_dataset, test_digest
from desktop.core.errors import ConfigError, ConflictError
from desktop.core.evaluation import Evaluation, evaluate
from desktop.core.gate import GateSettings, Verdict, judge
from desktop.core.importing import class_of_folder
from desktop.core.pictures import Pictures, unseen
from desktop.core.ports import ABSENT, ObjectStore
from desktop.core.progress import CancelToken, Progress
from desktop.core.registry import Model, Registry
from desktop.core.release import Release, Stage
from desktop.core.taxonomy import Taxonomy, default_taxonomy, load_taxonomy, merge_scores
from desktop.core.texts import _
from edge.contract.keys import ATTEMPTS, Area, is_image
from edge.contract.records import BadRecord, dump, load

BEST = 5
"""Scores kept a prediction."""


class Scorer(Protocol):
    """Runs a model over pictures."""

    def score(
        self, bundle: Path, images: Sequence[tuple[str, str]], progress: Progress, cancel: CancelToken
    ) -> Mapping[str, NDArray[np.float64]]:
        """Give the probabilities of pictures (path, sha256) by their digest; those that cannot be read are left out."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """``attempts/<model>-<test digest>.json``: one candidate was held against one test set."""

    model: str
    test: str
    target: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Measured:
    """A model's evaluations on one dataset."""

    field: Evaluation
    base: Evaluation


class Comparison:
    """The measurements of a plant."""

    def __init__(
        self,
        store: ObjectStore,
        catalog: Catalog,
        pictures: Pictures,
        registry: Registry,
        release: Release,
        scorer: Scorer,
        settings: GateSettings,
        now_ms: Callable[[], int],
    ) -> None:
        self._store = store
        self._catalog = catalog
        self._pictures = pictures
        self._registry = registry
        self._release = release
        self._scorer = scorer
        self._settings = settings
        self._now_ms = now_ms

    def freeze(self, progress: Progress, cancel: CancelToken) -> Dataset:
        """Look at all labelled and base pictures and freeze them as they stand."""
        areas = (Area.LABELED, Area.BASE, Area.RAW)
        self._pictures.fetch_all(unseen(self._catalog.known(*areas)), progress, cancel)
        return freeze(self._catalog.known(*areas), self._taxonomy(), self._catalog.twins())

    def measure(self, model: Model, dataset: Dataset, progress: Progress, cancel: CancelToken) -> Measured:
        """Give a model's evaluations on a dataset's test pictures, measured once and kept beside the model."""
        kept = self._registry.evaluation(model.id, dataset.id)
        base = self._registry.evaluation(model.id, f"{dataset.id}-base")
        if kept is None or base is None:
            save_dataset(self._store, dataset)
            kept = self._evaluate(model, dataset.test, progress, cancel)
            base = self._evaluate(model, dataset.base_test, progress, cancel)
            self._registry.keep_evaluation(model.id, dataset.id, kept)
            self._registry.keep_evaluation(model.id, f"{dataset.id}-base", base)
        return Measured(kept, base)

    def measure_folder(self, model: Model, folder: Path, progress: Progress, cancel: CancelToken) -> Evaluation:
        """Give a model's evaluation on a folder per class.

        Raises:
            ConfigError: the folder holds no pictures of any class.
        """
        files = [
            (path, cls)
            for inside in sorted(folder.iterdir() if folder.is_dir() else ())
            if inside.is_dir() and (cls := class_of_folder(inside.name)) is not None
            for path in sorted(inside.rglob("*"))
            if is_image(path.name)
        ]
        if not files:
            raise ConfigError(_("{folder} holds no pictures.").format(folder=folder), _("It should hold one folder per class."))
        rows = [(str(path), hashlib.sha256(path.read_bytes()).hexdigest(), cls) for path, cls in files]
        scores = self._score(model, [(path, sha256) for path, sha256, _cls in rows], progress, cancel)
        return self._evaluation(model, [(path, sha256, cls, path) for path, sha256, cls in rows], scores)

    def compare(
        self, new: Model, target: str, progress: Progress, cancel: CancelToken, *, old: Model | None = None
    ) -> Verdict:
        """Give the gate's verdict on a candidate: against ``old``, else the target's model in service and its best ever.

        Asking again on the same test pictures is free; each new candidate or test set is one attempt more.
        """
        dataset = self.freeze(progress, cancel)
        tests = [entry for entry in dataset.test if entry.counts]
        rivals = [old] if old is not None else self._rivals(new, target)
        attempt = self._attempt(new, target, tests) if rivals and tests else 1
        images = [(str(self._pictures.fetch(entry.image)), entry.sha256) for entry in tests]
        ours = self._score(new, images, progress, cancel)
        theirs = [self._score(rival, images, progress, cancel) for rival in rivals]
        raise NotImplementedError(attempt, ours, theirs)

    def score_raw(self, progress: Progress, cancel: CancelToken) -> int:
        """Let the model in service answer for the images to be sorted that it has not seen; give their number."""
        service = self._release.in_service()
        if service is None:
            return 0
        model = self._registry.find(service.model)
        waiting = [one for one in self._catalog.known(Area.RAW, model=model.id) if one.content and not one.content.problem]
        fresh = [one for one in waiting if one.image.prediction is None or one.image.prediction.model != model.id]
        images = [(str(self._pictures.fetch(one.image)), one.content.sha256) for one in fresh if one.content]
        scores = self._score(model, images, progress, cancel)
        self._catalog.remember(model.id, {sha256: self._best(model, row) for sha256, row in scores.items()})
        return len(scores)

    def _evaluate(self, model: Model, entries: Iterable[Entry], progress: Progress, cancel: CancelToken) -> Evaluation:
        wanted = list(entries)
        images = [(str(self._pictures.fetch(entry.image)), entry.sha256) for entry in wanted]
        scores = self._score(model, images, progress, cancel)
        return self._evaluation(model, [(one.name, one.sha256, one.label, one.burst) for one in wanted], scores)

    def _taxonomy(self) -> Taxonomy:
        return load_taxonomy(self._store) or default_taxonomy()
