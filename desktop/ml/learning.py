"""From a plan to a bundle: look at the pictures, train a head, and pack what a device needs."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop.core.answers import Answers, gather
from desktop.core.errors import ConfigError
from desktop.core.ports import TrainingImage, TrainingPlan
from desktop.core.progress import CancelToken, Progress, Step
from desktop.core.texts import _
from desktop.ml.backbone import Backbone
from desktop.ml.bundle import describe, reference, write_bundle
from desktop.ml.cross_validation import PENALTIES, Recipe
from desktop.ml.feature_cache import FeatureCache
from desktop.ml.features import Extractor, Features, Picture, read_picture, workers
from desktop.ml.golden import choose_golden, shrink_golden
from desktop.ml.head import Trained, train_head
from desktop.ml.softmax import Examples
from edge.classifier import OnnxClassifier
from edge.contract.bundle import GOLDEN, HEAD, NETWORK, Golden, Manifest
from edge.preprocess import BadImage

TRAINER = "sortloop-local"


@dataclass(frozen=True, slots=True)
class _Material:
    """The pictures of a plan that could be read, and what the network saw in them."""

    images: tuple[TrainingImage, ...]
    labels: NDArray[np.intp]
    features: Features


class Lesson:
    """One training: what it is to learn, and whom it tells."""

    def __init__(
        self,
        plan: TrainingPlan,
        progress: Progress,
        cancel: CancelToken,
        note: Callable[[str], None],
        figures: Callable[[dict[str, Any]], None] = lambda _figures: None,
    ) -> None:
        """Take the plan; ``note`` takes lines for the log, ``figures`` what is known of the run so far.

        These are ``stage`` (network, pictures, head or bundle), ``seconds_by_step`` and ``curve``: the cross-validated accuracy
        of each recipe that was tried, by its number.
        """
        self._plan = plan
        self._progress = progress
        self._cancel = cancel
        self._note = note
        self._figures = figures
        self._seconds: dict[str, float] = {}
        self._curve: dict[str, float] = {}

    def learn(
        self,
        load: Callable[[], Backbone],
        cache: FeatureCache,
        bundle: Path,
        threads: int = 0,
        keep: Callable[[Answers], None] = lambda _answers: None,
    ) -> dict[str, Any]:
        """Write the model's bundle, whole or not at all, and give the figures of the run.

        Args:
            load: Gives the network.
            cache: What networks saw before.
            bundle: The folder to write; there must be nothing yet.
            threads: How many compute at once; 0: one a core.
            keep: Takes the answers of heads that had not seen the pictures, before the bundle is there.

        Raises:
            ConfigError: a class has no picture that can be read. Cancelled: between two pictures or steps.
        """
        self._check(self._plan.train, _("No pictures to learn from for: {classes}."), _("Sort or import some first."))
        with self._step("network", _("Loading the image network")):
            backbone = load()
        with self._step("pictures", _("Looking at the pictures")):
            material = self._look(backbone, cache, workers(threads))
        with self._step("head", _("Training")):
            trained, outputs = self._train(backbone, material, workers(threads))
            keep(self._answers(material, trained))
        with self._step("bundle", _("Packing the model")):
            self._pack(backbone, material, trained, outputs, bundle)
        return {
            "seconds_by_step": self._seconds, "n": len(material.images), "left_out": len(self._plan.train) - len(material.images),
            "classes": len(self._plan.classes), "cv_accuracy": _rounded(trained.accuracy), "ece": _rounded(trained.ece),
            "features": "+".join(outputs), "penalty": trained.penalty, "temperature": trained.temperature, "curve": self._curve,
        }  # fmt: skip

    def _look(self, backbone: Backbone, cache: FeatureCache, threads: int) -> _Material:
        pictures = [_picture(image) for image in self._plan.train]
        extractor = Extractor(cache, backbone.sha256, lambda: backbone.network, backbone.preprocessing, threads)
        features = extractor.extract(pictures, self._progress, self._cancel)
        for picture in pictures:
            if picture.sha256 in features.problems:
                self._note(_("left out: {path}: {reason}").format(path=picture.path, reason=features.problems[picture.sha256]))
        images = tuple(image for image, readable in zip(self._plan.train, features.readable, strict=True) if readable)
        self._check(images, _("No picture can be read of: {classes}."), _("The log says what is wrong with each."))
        labels = np.array([self._plan.classes.index(image.label) for image in images], np.intp)
        return _Material(images, labels, features)

    def _train(self, backbone: Backbone, material: _Material, threads: int) -> tuple[Trained, tuple[str, ...]]:
        """Give the head, and which of the network's outputs it sees."""
        examples = Examples(material.features.select(backbone.outputs), material.labels, len(self._plan.classes))
        bursts = [image.burst or image.sha256 for image in material.images]
        widths = np.cumsum([material.features.widths[name] for name in backbone.outputs]).tolist()
        recipes = len(widths) * len(PENALTIES)

        def tried(recipe: Recipe, accuracy: float, pictures: int) -> None:
            self._curve[f"{len(self._curve) + 1:02d}"] = round(accuracy, 4)
            told = _("recipe {k} of {n}: {columns} features, penalty {penalty}: {right:.1%} of {pictures} right")
            self._note(
                told.format(
                    k=len(self._curve),
                    n=recipes,
                    columns=recipe.columns,
                    penalty=recipe.penalty,
                    right=accuracy,
                    pictures=pictures,
                )
            )
            self._figures({"curve": dict(self._curve)})

        trained = train_head(examples, bursts, widths, self._plan.seed, threads, self._cancel, self._progress, tried)
        outputs = backbone.outputs[: widths.index(trained.columns) + 1]
        chosen = _("chosen: features {features}, penalty {penalty}, temperature {temperature}")
        self._note(chosen.format(features="+".join(outputs), penalty=trained.penalty, temperature=trained.temperature))
        if trained.accuracy is not None:
            told = _("cross-validated: {right:.1%} of {n} right")
            self._note(told.format(right=trained.accuracy, n=int(trained.answered.sum())))
        return trained, outputs

    def _answers(self, material: _Material, trained: Trained) -> Answers:
        told = trained.answered
        digests = [image.sha256 for image, answered in zip(material.images, told, strict=True) if answered]
        return gather(self._plan.classes, digests, material.labels[told], trained.answers[told])

    def _pack(self, backbone: Backbone, material: _Material, trained: Trained, outputs: tuple[str, ...], bundle: Path) -> None:
        plan = self._plan
        contents = {NETWORK: backbone.data, HEAD: trained.head.pack()}
        manifest = Manifest(
            classes=plan.classes,
            preprocessing=backbone.preprocessing,
            outputs=outputs,
            temperature=trained.temperature,
            trainer=TRAINER,
            created_ms=plan.created_ms,
            files=describe(contents),
            dataset=plan.dataset,
            parent=plan.parent,
            job=plan.run,
            reference=reference(trained.answers[trained.answered], plan.classes),
        )
        classifier = OnnxClassifier(manifest, "", backbone.network, trained.head)
        golden = []
        for number, row in enumerate(choose_golden(trained.answers, material.labels), 1):
            name = f"{GOLDEN}{material.images[row].label}-{number}.jpg"
            try:
                contents[name] = shrink_golden(read_picture(_picture(material.images[row])))
            except BadImage as error:  # its features were known, so that nobody has looked at it until now
                self._note(_("no golden picture: {path}: {reason}").format(path=material.images[row].path, reason=error))
                continue
            golden.append(Golden(name, tuple(classifier.classify(contents[name]).probabilities.round(6).tolist())))
        self._cancel.check()
        write_bundle(bundle, replace(manifest, files=describe(contents), golden=tuple(golden)), contents)

    def _check(self, images: Sequence[TrainingImage], title: str, hint: str) -> None:
        """See that there is something to learn, and of each class."""
        counts = Counter(image.label for image in images)
        classes = self._plan.classes
        strange, empty = sorted(counts.keys() - set(classes)), [cls for cls in classes if not counts[cls]]
        if len(set(classes)) < 2:
            raise ConfigError(_("A model needs two classes at least."), _("Sort pictures into another class."))
        if strange:
            raise ConfigError(_("The plan does not name these classes: {classes}.").format(classes=", ".join(strange)))
        if empty:
            raise ConfigError(title.format(classes=", ".join(empty)), hint)

    @contextmanager
    def _step(self, name: str, label: str) -> Iterator[None]:
        self._cancel.check()
        self._figures({"stage": name, "seconds_by_step": dict(self._seconds)})
        self._progress(Step(label, 0, None))
        begun_s = time.monotonic()
        yield
        self._seconds[name] = round(time.monotonic() - begun_s, 3)
        self._note(_("{step}: {seconds} s").format(step=label, seconds=self._seconds[name]))


def _picture(image: TrainingImage) -> Picture:
    return Picture(Path(image.path), image.sha256)


def _rounded(figure: float | None) -> float | None:
    return None if figure is None else round(figure, 4)
