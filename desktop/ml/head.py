"""A head for some features: the recipe chosen by cross-validation, fitted to all pictures, with its temperature."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desktop.core.progress import CancelToken, Progress, silent
from desktop.ml.calibration import calibration_error, fit_temperature
from desktop.ml.cross_validation import Recipe, choose
from desktop.ml.softmax import Examples, fit
from edge.classifier import Head, probabilities


@dataclass(frozen=True, slots=True)
class Trained:
    """A head and what is known of it."""

    head: Head
    columns: int
    """It sees the first so many features."""
    penalty: float
    temperature: float
    answers: NDArray[np.float64]
    """A row of probabilities a picture, of heads that had not seen it; all alike where ``answered`` is false."""
    answered: NDArray[np.bool_]
    """False where no such head could know the picture's class."""
    accuracy: float | None
    """Of the answers; None where there are none."""
    ece: float | None
    """Their expected calibration error."""


def train_head(
    examples: Examples,
    bursts: Sequence[str],
    widths: Sequence[int],
    seed: int,
    threads: int,
    cancel: CancelToken,
    progress: Progress = silent,
    tried: Callable[[Recipe, float, int], None] = lambda _recipe, _accuracy, _pictures: None,
) -> Trained:
    """Give the best head for some examples; the arguments are those of :func:`desktop.ml.cross_validation.choose`."""
    recipe, unseen = choose(examples, bursts, widths, seed, threads, cancel, progress, tried)
    cancel.check()
    head = fit(examples.columns(recipe.columns), [recipe.penalty])[0]
    labels, logits = examples.labels[unseen.answered], unseen.logits[unseen.answered]
    temperature = fit_temperature(logits, labels)
    answers = probabilities(unseen.logits, temperature)
    told = answers[unseen.answered]
    accuracy = float((told.argmax(axis=1) == labels).mean()) if len(labels) else None
    return Trained(
        head, recipe.columns, recipe.penalty, temperature, answers, unseen.answered, accuracy, calibration_error(told, labels)
    )
