"""Answers of models that never ran, for the tests of evaluation and gate.

labelled = pictures("aab")                 # three pictures, two of class a and one of class b, each a burst of its own
model = answers("ab", "abb", .9)           # a model of two classes that takes the second picture for b
"""

from collections.abc import Sequence

import numpy as np

from desktop.core.evaluation import Answers, Labelled


def pictures(truth: Sequence[str], bursts: Sequence[str] = ()) -> Labelled:
    """Give pictures called 0.jpg, 1.jpg, … of these classes."""
    return Labelled(tuple(f"{number}.jpg" for number in range(len(truth))), tuple(truth), tuple(bursts))


def answers(classes: Sequence[str], said: Sequence[str], confidence: float | Sequence[float] = 0.9) -> Answers:
    """Give the answers of a model that said these classes, with this confidence (in each picture); the rest shares the rest."""
    stated = np.broadcast_to(np.asarray(confidence, dtype=np.float64), (len(said),))
    rest = (1 - stated) / max(1, len(classes) - 1)
    probabilities = np.repeat(rest[:, np.newaxis], len(classes), axis=1)
    if len(said):
        probabilities[np.arange(len(said)), [list(classes).index(one) for one in said]] = stated
    return Answers(tuple(classes), probabilities)
