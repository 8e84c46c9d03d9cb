"""Does a model mean what it says? Temperature, and how far off its confidence is."""

import numpy as np
from numpy.typing import NDArray

from desktop.core import evaluation
from edge.classifier import probabilities

_PRIOR_WIDTH = 0.5
"""Of the logarithm of the temperature: few pictures, all answered right, would otherwise ask for certainty."""
_LOWEST, _HIGHEST = np.log(0.1), np.log(10.0)
_GOLDEN = (5**0.5 - 1) / 2


def fit_temperature(logits: NDArray[np.float32], labels: NDArray[np.intp]) -> float:
    """Give the temperature that makes answers most likely, on pictures the model was not fitted to; 1 for none.

    Guo et al., "On Calibration of Modern Neural Networks", 2017, with a log-normal prior around 1. Without the prior the
    cost is convex in 1 / temperature and has one lowest point, which golden-section search finds; the prior is broad.
    """
    if not len(labels):
        return 1.0

    def cost(log_temperature: float) -> float:
        loss = cross_entropy(logits, labels, float(np.exp(log_temperature)))
        return float(loss.sum() + (log_temperature / _PRIOR_WIDTH) ** 2 / 2)

    low, high = float(_LOWEST), float(_HIGHEST)
    for _ in range(40):
        inner, outer = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        low, high = (low, outer) if cost(inner) < cost(outer) else (inner, high)
    return round(float(np.exp((low + high) / 2)), 4)


def cross_entropy(logits: NDArray[np.float32], labels: NDArray[np.intp], temperature: float = 1.0) -> NDArray[np.float64]:
    """Give −log of the right class's probability, for each picture."""
    right = probabilities(logits, temperature)[np.arange(len(labels)), labels]
    return np.asarray(-np.log(np.maximum(right, 1e-12)))


def calibration_error(answers: NDArray[np.float64], labels: NDArray[np.intp]) -> float | None:
    """Give the expected calibration error of a row of probabilities a picture, as an evaluation does; None without pictures."""
    return evaluation.calibration_error(evaluation.reliability(answers.max(axis=1), answers.argmax(axis=1) == labels))
