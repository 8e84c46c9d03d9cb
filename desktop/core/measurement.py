"""Models at work on pictures of this bucket: their evaluations, and their answers for the queue."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from desktop.core.catalog import Catalog
from desktop.core.dataset import Dataset, Entry, freeze, load_tests, save_dataset
from desktop.core.errors import ConfigError, NotFoundError
from desktop.core.evaluation import Answers, Evaluation, Labelled, evaluate
from desktop.core.importing import class_of_folder
from desktop.core.pictures import Pictures, unseen
from desktop.core.ports import ObjectStore
from desktop.core.progress import CancelToken, Progress, Step
from desktop.core.registry import Model, Registry
from desktop.core.taxonomy import Taxonomy, default_taxonomy, load_taxonomy
from desktop.core.texts import _
from edge.contract.keys import Area, is_image

BEST = 5
"""Scores kept a prediction."""

Score = Callable[[Path, Sequence[tuple[Path, str]], Progress, CancelToken], Mapping[str, NDArray[np.float64]]]
"""Runs a bundle's model over pictures (file, sha256); gives probabilities by sha256. Those it cannot read are left out."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A model's evaluations on one dataset."""

    field: Evaluation
    base: Evaluation


class Measurement:
    """Runs models over the pictures of a plant."""

    def __init__(self, store: ObjectStore, catalog: Catalog, pictures: Pictures, registry: Registry, score: Score) -> None:
        self._store = store
        self._catalog = catalog
        self._pictures = pictures
        self._registry = registry
        self._score = score

    def freeze(self, progress: Progress, cancel: CancelToken) -> Dataset:
        """Look at all labelled and base pictures and freeze them as they stand."""
        areas = (Area.LABELED, Area.BASE, Area.RAW)
        self._pictures.fetch_all(unseen(self._catalog.known(*areas)), progress, cancel)
        return freeze(self._catalog.known(*areas), self._taxonomy(), self._catalog.twins())

    def tests(self, dataset: str) -> Dataset:
        """Give the test pictures of a dataset that was frozen before, where they lie now.

        Raises:
            NotFoundError: there is no such dataset.
        """
        return load_tests(self._store, dataset, self._catalog.known(Area.LABELED, Area.BASE, Area.RAW, Area.DISCARDED))

    def measure(self, model: Model, dataset: Dataset, progress: Progress, cancel: CancelToken) -> Measured:
        """Give a model's evaluations on a dataset's test pictures, measured once and kept beside the model."""
        field = self._registry.evaluation(model.id, dataset.id)
        base = self._registry.evaluation(model.id, _base(dataset.id))
        if field is None or base is None:
            save_dataset(self._store, dataset)
            field, base = (self._evaluate(model, part, progress, cancel) for part in (dataset.test, dataset.base_test))
            self._registry.keep_evaluation(model.id, dataset.id, field)
            self._registry.keep_evaluation(model.id, _base(dataset.id), base)
        return Measured(field, base)

    def measured(self, model: Model) -> Measured | None:
        """Give a model's evaluations on the test pictures of its own dataset, None if it was not measured there."""
        dataset = model.manifest.dataset
        if dataset is None:
            return None
        field, base = (self._registry.evaluation(model.id, one) for one in (dataset, _base(dataset)))
        return Measured(field, base) if field and base else None

    def measure_folder(self, model: Model, folder: Path, progress: Progress, cancel: CancelToken) -> Evaluation:
        """Give a model's evaluation on a folder per class.

        Raises:
            ConfigError: the folder holds no pictures.
        """
        found = list(_labelled_files(folder))
        if not found:
            raise ConfigError(_("{folder} holds no pictures.").format(folder=folder), _("It should hold one folder per class."))
        files, taxonomy = _digests([path for path, _cls in found], progress, cancel), self._taxonomy()
        labels = [taxonomy.resolve(cls) or cls for _path, cls in found]
        rows, answers = self._answers(model, files, progress, cancel)
        names = tuple(str(files[row][0].relative_to(folder)) for row in rows)
        return evaluate(Labelled(names, tuple(labels[row] for row in rows)), answers)

    def answers(
        self, models: Sequence[Model], entries: Iterable[Entry], progress: Progress, cancel: CancelToken
    ) -> tuple[Labelled, list[Answers]]:
        """Give models' answers to the same labelled pictures; one that any of them cannot read is left out for all."""
        wanted = list(entries)
        files = []
        for entry in wanted:
            cancel.check()
            files.append((self._pictures.fetch(entry.image), entry.sha256))
        scores = [self._score(self._registry.folder(model.id), files, progress, cancel) for model in models]
        rows = [row for row, entry in enumerate(wanted) if all(entry.sha256 in one for one in scores)]
        read = [wanted[row] for row in rows]
        labelled = Labelled(tuple(one.name for one in read), tuple(one.label for one in read), tuple(one.burst for one in read))
        digests = [one.sha256 for one in read]
        return labelled, [self._merged(model, digests, one) for model, one in zip(models, scores, strict=True)]

    def score_raw(self, model: Model, progress: Progress, cancel: CancelToken) -> int:
        """Let a model answer for the images to be sorted that it has not seen; give their number."""
        known = self._catalog.known(Area.RAW, model=model.id)
        seen = [(one.image, one.content.sha256) for one in known if one.content and not one.content.problem]
        files = []
        for image, sha256 in seen:
            cancel.check()
            if image.prediction is None or image.prediction.model != model.id:
                with suppress(NotFoundError):  # sorted by somebody else meanwhile
                    files.append((self._pictures.fetch(image), sha256))
        rows, answers = self._answers(model, files, progress, cancel)
        best = [_best(answers.classes, scores) for scores in answers.probabilities]
        self._catalog.remember(model.id, {files[row][1]: scores for row, scores in zip(rows, best, strict=True)})
        return len(rows)

    def _evaluate(self, model: Model, entries: Iterable[Entry], progress: Progress, cancel: CancelToken) -> Evaluation:
        labelled, (answers,) = self.answers([model], entries, progress, cancel)
        return evaluate(labelled, answers)

    def _answers(
        self, model: Model, files: Sequence[tuple[Path, str]], progress: Progress, cancel: CancelToken
    ) -> tuple[list[int], Answers]:
        """Give which of some files could be read, and the answers to them."""
        scores = self._score(self._registry.folder(model.id), files, progress, cancel) if files else {}
        rows = [row for row, (_path, sha256) in enumerate(files) if sha256 in scores]
        return rows, self._merged(model, [files[row][1] for row in rows], scores)

    def _merged(self, model: Model, digests: Sequence[str], scores: Mapping[str, NDArray[np.float64]]) -> Answers:
        """Give a model's answers by today's classes; those of merged classes are summed."""
        taxonomy = self._taxonomy()
        today = [taxonomy.resolve(cls) or cls for cls in model.manifest.classes]
        classes = tuple(dict.fromkeys(today))
        before = np.array([scores[digest] for digest in digests], dtype=np.float64).reshape(len(digests), len(today))
        merged = np.zeros((len(digests), len(classes)))
        for column, cls in enumerate(today):
            merged[:, classes.index(cls)] += before[:, column]
        return Answers(classes, merged)

    def _taxonomy(self) -> Taxonomy:
        return load_taxonomy(self._store) or default_taxonomy()


def _base(dataset: str) -> str:
    """Give the name under which an evaluation on a dataset's base pictures is kept."""
    return f"{dataset}-base"


def _labelled_files(folder: Path) -> Iterable[tuple[Path, str]]:
    for inside in sorted(folder.iterdir() if folder.is_dir() else ()):
        cls = class_of_folder(inside.name)
        if inside.is_dir() and cls is not None:
            yield from ((path, cls) for path in sorted(inside.rglob("*")) if is_image(path.name))


def _digests(paths: Sequence[Path], progress: Progress, cancel: CancelToken) -> list[tuple[Path, str]]:
    files = []
    for number, path in enumerate(paths):
        cancel.check()
        progress(Step(_("Reading pictures"), number, len(paths), _("pictures")))
        try:
            files.append((path, hashlib.sha256(path.read_bytes()).hexdigest()))
        except OSError as error:
            raise ConfigError(_("{path} cannot be read: {error}.").format(path=path, error=error.strerror or error)) from error
    return files


def _best(classes: Sequence[str], scores: NDArray[np.float64]) -> list[tuple[str, float]]:
    order = np.argsort(-scores, kind="stable")[:BEST]
    return [(classes[one], round(float(scores[one]), 6)) for one in order.tolist()]
