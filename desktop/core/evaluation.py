"""A model's answers measured on labelled pictures: accuracy, recalls, confusion, calibration, what it got wrong."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from desktop.core.intervals import burst_inflation, wilson

BINS = 10
"""Of the reliability curve and the calibration error."""

CURVE_POINTS = 100
"""At most so many points has the precision–coverage curve."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """Pictures whose class is known; merged classes stand under the class they count as today."""

    names: tuple[str, ...]
    truth: tuple[str, ...]
    bursts: tuple[str, ...] = ()
    """A burst's pictures share a word, a picture alone has its own; empty: every picture is alone."""

    def __post_init__(self) -> None:
        if len(self.truth) != len(self.names) or len(self.bursts) not in (0, len(self.names)):
            raise ValueError("names, truth and bursts: one each a picture")

    def burst_numbers(self) -> NDArray[np.intp]:
        """Give each picture's burst as a number from 0 on."""
        return _numbers(self.bursts or range(len(self.names)))


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What one model said about some pictures."""

    classes: tuple[str, ...]
    """Those the model can answer; merged ones summed before."""
    probabilities: NDArray[np.floating]
    """[pictures, classes]."""

    def __post_init__(self) -> None:
        if self.probabilities.ndim != 2 or self.probabilities.shape[1] != len(self.classes) or not self.classes:
            raise ValueError("probabilities: a row a picture, a column a class")
        if not np.isfinite(self.probabilities).all():
            raise ValueError("probabilities: finite numbers")

    def best(self) -> NDArray[np.intp]:
        """Give the number of the class that each picture was taken for; of equals the first."""
        return np.asarray(self.probabilities.argmax(axis=1), dtype=np.intp)

    def confidence(self) -> NDArray[np.float64]:
        """Give the probability of each answer."""
        return np.asarray(self.probabilities.max(axis=1), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class ClassResult:
    """How a model does on one class."""

    n: int
    """Test pictures of this class."""
    recall: float | None
    """The share of them that was recognised; None without pictures."""
    low: float
    high: float
    precision: float | None
    """The share of the answers with this class that was right; None if it was never answered."""


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers of like confidence, for the reliability curve; only bins with answers are kept."""

    low: float
    high: float
    n: int
    confidence: float
    """Mean of what the model stated."""
    accuracy: float
    """Share that was right."""


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """What accepting all answers from a confidence on would give."""

    threshold: float
    coverage: float
    """Share of the pictures that are accepted."""
    precision: float
    """Share of the accepted that are right."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """One picture the model got wrong."""

    name: str
    truth: str
    answer: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A model on a test set. Intervals are Wilson's at 95 %, widened for bursts."""

    n: int
    """Pictures of the model's own classes; only they count below."""
    accuracy: float | None
    """None without pictures, as is ``ece``."""
    accuracy_low: float
    accuracy_high: float
    per_class: dict[str, ClassResult]
    """All the model's classes."""
    classes: tuple[str, ...]
    """The order of the confusion matrix."""
    confusion: tuple[tuple[int, ...], ...]
    """Rows: what it is; columns: what the model said."""
    ece: float | None
    """Expected calibration error: the mean gap between stated and true confidence, over the reliability bins."""
    reliability: tuple[Bin, ...] = ()
    curve: tuple[CurvePoint, ...] = ()
    """Precision over coverage, from the highest threshold down."""
    wrong: tuple[Wrong, ...] = ()
    """The most confident first."""
    apart: dict[str, int] = field(default_factory=dict)
    """Pictures of classes the model never had, counted nowhere else."""


def class_numbers(labels: Iterable[str], classes: Sequence[str]) -> NDArray[np.intp]:
    """Give each label's place among the classes, -1 for one that is not there."""
    place = {cls: number for number, cls in enumerate(classes)}
    return np.array([place.get(label, -1) for label in labels], dtype=np.intp)


def evaluate(labelled: Labelled, answers: Answers) -> Evaluation:
    """Measure a model's answers.

    Raises:
        ValueError: not one row of probabilities a picture.
    """
    if len(answers.probabilities) != len(labelled.names):
        raise ValueError("one row of probabilities a picture")
    every = class_numbers(labelled.truth, answers.classes)
    kept = np.flatnonzero(every >= 0)
    truth, said, bursts = every[kept], answers.best()[kept], labelled.burst_numbers()[kept]
    confidence, right = answers.confidence()[kept], truth == said
    count = len(answers.classes)
    confusion = np.bincount(truth * count + said, minlength=count * count).reshape(count, count)
    accuracy = wilson(int(right.sum()), len(kept), inflation=inflation_of(bursts))
    bins = reliability(confidence, right)
    return Evaluation(
        n=len(kept),
        accuracy=accuracy.value,
        accuracy_low=accuracy.low,
        accuracy_high=accuracy.high,
        per_class={cls: _class_result(number, confusion, bursts[truth == number]) for number, cls in enumerate(answers.classes)},
        classes=answers.classes,
        confusion=tuple(tuple(row) for row in confusion.tolist()),
        ece=calibration_error(bins),
        reliability=bins,
        curve=_curve(confidence, right),
        wrong=_wrong(labelled, answers, kept[~right]),
        apart=_apart(labelled.truth, answers.classes),
    )


def inflation_of(bursts: NDArray[np.intp]) -> float:
    """Give the variance inflation of pictures, from the number of each one's burst."""
    return burst_inflation(np.unique(bursts, return_counts=True)[1].tolist())


def _class_result(number: int, confusion: NDArray[np.intp], bursts: NDArray[np.intp]) -> ClassResult:
    n, said, right = int(confusion[number].sum()), int(confusion[:, number].sum()), int(confusion[number, number])
    recall = wilson(right, n, inflation=inflation_of(bursts))
    return ClassResult(n, recall.value, recall.low, recall.high, right / said if said else None)


def calibration_error(bins: Sequence[Bin]) -> float | None:
    """Give the expected calibration error over the bins of :func:`reliability`, 0..1; None without pictures."""
    total = sum(one.n for one in bins)
    return sum(one.n * abs(one.accuracy - one.confidence) for one in bins) / total if total else None


def reliability(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> tuple[Bin, ...]:
    """Give the bins with answers, of ten of equal width (Guo et al., On Calibration of Modern Neural Networks, 2017, §2)."""
    place = np.clip((confidence * BINS).astype(np.intp), 0, BINS - 1)
    return tuple(
        Bin(one / BINS, (one + 1) / BINS, int(inside.sum()), float(confidence[inside].mean()), float(right[inside].mean()))
        for one in range(BINS)
        if (inside := place == one).any()
    )


def _curve(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> tuple[CurvePoint, ...]:
    """Give the points of the precision–coverage curve; equal confidences are accepted together or not at all."""
    order = np.argsort(-confidence, kind="stable")
    stated, hits = confidence[order], np.cumsum(right[order])
    ends = np.flatnonzero(np.append(stated[1:] != stated[:-1], True)) if len(stated) else np.empty(0, dtype=np.intp)
    if len(ends) > CURVE_POINTS:
        ends = ends[np.linspace(0, len(ends) - 1, CURVE_POINTS).round().astype(np.intp)]
    return tuple(CurvePoint(float(stated[end]), (end + 1) / len(stated), int(hits[end]) / (end + 1)) for end in ends.tolist())


def _wrong(labelled: Labelled, answers: Answers, where: NDArray[np.intp]) -> tuple[Wrong, ...]:
    said, confidence = answers.best(), answers.confidence()
    order = where[np.argsort(-confidence[where], kind="stable")]
    return tuple(
        Wrong(labelled.names[one], labelled.truth[one], answers.classes[said[one]], float(confidence[one]))
        for one in order.tolist()
    )


def _apart(truth: Iterable[str], classes: Sequence[str]) -> dict[str, int]:
    counted: dict[str, int] = {}
    for label in truth:
        if label not in classes:
            counted[label] = counted.get(label, 0) + 1
    return counted


def _numbers(words: Iterable[object]) -> NDArray[np.intp]:
    seen: dict[object, int] = {}
    return np.array([seen.setdefault(word, len(seen)) for word in words], dtype=np.intp)
