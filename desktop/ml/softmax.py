"""The head: softmax regression on what the network saw."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from desktop.ml.minimiser import minimise
from edge.classifier import Head

_TOLERANCE = 1e-3
_MAX_STEPS = 200


@dataclass(frozen=True, slots=True)
class Examples:
    """Pictures with their classes."""

    features: NDArray[np.float32]
    """A row a picture."""
    labels: NDArray[np.intp]
    """The class's index of each."""
    classes: int

    def take(self, chosen: NDArray[np.bool_]) -> "Examples":
        """Give some of them."""
        return Examples(self.features[chosen], self.labels[chosen], self.classes)

    def columns(self, count: int) -> "Examples":
        """Give them with their first columns only."""
        return Examples(self.features[:, :count], self.labels, self.classes)


def fit(examples: Examples, penalties: Sequence[float]) -> list[Head]:
    """Give, for each penalty, the head with the least cross-entropy plus ``penalty / 2`` times its squared weights.

    Features are centred and brought to unit variance as a whole, which is folded back into the head. Every class counts the
    same, however many examples it has: where some classes have few examples, this is worth points of their recall and costs
    nothing elsewhere (measured on three sets of photographs). Each head starts from the one before.
    """
    problem = _Problem(examples)
    point = np.zeros(problem.size, np.float32)
    heads = []
    for penalty in penalties:
        point = minimise(partial(problem.loss, penalty), point, _TOLERANCE, _MAX_STEPS)
        heads.append(problem.head(point))
    return heads


class _Problem:
    """Examples made ready: centred, scaled, with a column of ones for the bias."""

    def __init__(self, examples: Examples) -> None:
        count, width = examples.features.shape
        self._labels, self._rows = examples.labels, np.arange(count)
        self._mean = examples.features.mean(axis=0)
        self._inputs = np.ones((count, width + 1), np.float32)
        np.subtract(examples.features, self._mean, out=self._inputs[:, :-1])
        variance = (float(np.vdot(self._inputs, self._inputs)) - count) / (count * width)
        self._scale = np.float32(max(variance, 1e-12) ** 0.5)
        self._inputs[:, :-1] /= self._scale
        counts = np.bincount(examples.labels, minlength=examples.classes)
        self._shares = (1 / (np.count_nonzero(counts) * counts[examples.labels])).astype(np.float32)
        self._shape = (width + 1, examples.classes)
        self.size = (width + 1) * examples.classes

    def loss(self, penalty: float, point: NDArray[np.float32]) -> tuple[float, NDArray[np.float32]]:
        """Give the loss at a point and its gradient."""
        answers = self._inputs @ point.reshape(self._shape)
        answers -= answers.max(axis=1, keepdims=True)
        right = answers[self._rows, self._labels]
        np.exp(answers, out=answers)
        sums = answers.sum(axis=1)
        value = float(self._shares @ (np.log(sums) - right)) + penalty / 2 * float(np.vdot(point, point))
        answers /= sums[:, np.newaxis]
        answers[self._rows, self._labels] -= 1
        answers *= self._shares[:, np.newaxis]
        # BLAS goes over the rows once here; for inputs.T @ answers it takes nearly twice as long.
        return value, (answers.T @ self._inputs).T.ravel() + np.float32(penalty) * point

    def head(self, point: NDArray[np.float32]) -> Head:
        """Give the head for features as they come."""
        weights = point.reshape(self._shape)
        folded = (weights[:-1] / self._scale).astype(np.float32)
        return Head(folded, (weights[-1] - self._mean @ folded).astype(np.float32))
