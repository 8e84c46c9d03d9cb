"""How good a head will be on pictures it has not seen: each picture is answered by a head that was fitted without it."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desktop.core.progress import CancelToken, Progress, Step, silent
from desktop.core.texts import _
from desktop.ml.calibration import cross_entropy
from desktop.ml.softmax import Examples, fit

FOLDS = 5
PENALTIES = (0.05, 0.01, 0.003)
"""Accuracy hardly depends on them; noisy labels like the first, few and clean ones the last. In this order each fit starts
from the one before."""
ENOUGH = 500
"""More pictures do not make the choice of a recipe better, only slower."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a head is fitted with."""

    columns: int
    """It sees the first so many features."""
    penalty: float


@dataclass(frozen=True, slots=True)
class OutOfFold:
    """The answers of heads that had not seen the pictures."""

    logits: NDArray[np.float32]
    """A row a picture; zeros where ``answered`` is false."""
    answered: NDArray[np.bool_]
    """False where no head could know: the picture's class was in its own fold alone."""


def choose(
    examples: Examples,
    bursts: Sequence[str],
    widths: Sequence[int],
    seed: int,
    threads: int,
    cancel: CancelToken,
    progress: Progress = silent,
    tried: Callable[[Recipe, float, int], None] = lambda _recipe, _accuracy, _pictures: None,
) -> tuple[Recipe, OutOfFold]:
    """Give the best recipe and its answers to all pictures.

    Args:
        examples: The pictures.
        bursts: Pictures with the same word never part.
        widths: The numbers of columns to choose among; the first wins where nothing can be told apart.
        seed: The same seed gives the same folds.
        threads: How many heads are fitted at once.
        cancel: Asked between two rounds.
        progress: Told of each fold.
        tried: Told of each recipe: which share of how many pictures it had right.
    """
    sample = _sample(bursts, seed)
    few = examples.take(sample)
    folds = split(few.labels, [burst for burst, chosen in zip(bursts, sample, strict=True) if chosen], seed)
    each = int(folds.max()) + 1
    total = each * (len(widths) + (not sample.all()))
    found: dict[Recipe, OutOfFold] = {}
    for number, width in enumerate(widths):
        cancel.check()
        new = answer(few, folds, width, PENALTIES, threads, _counted(progress, number * each, total))
        for recipe, answers in new.items():
            tried(recipe, accuracy(few.labels, answers), int(answers.answered.sum()))
        found |= new
    best = min(found, key=lambda recipe: balanced_loss(few.labels, found[recipe]))
    if sample.all():
        return best, found[best]
    cancel.check()
    # The loss is a mean and the penalty stands beside it: for the same prior, it weighs less the more pictures there are.
    best = Recipe(best.columns, best.penalty * len(few.labels) / len(examples.labels))
    folds = split(examples.labels, bursts, seed)
    heard = _counted(progress, len(widths) * each, total)
    return best, answer(examples, folds, best.columns, [best.penalty], threads, heard)[best]


def split(labels: NDArray[np.intp], bursts: Sequence[str], seed: int) -> NDArray[np.intp]:
    """Give each picture's fold: bursts stay whole, and each class is spread as evenly as they allow."""
    names, members = np.unique(np.asarray(bursts), return_inverse=True)
    counts = np.zeros((len(names), int(labels.max()) + 1))
    np.add.at(counts, (members, labels), 1)
    order = np.random.default_rng(seed).permutation(len(names))
    order = order[np.argsort(-counts[order].sum(axis=1), kind="stable")]
    loads = np.zeros((min(FOLDS, len(names)), counts.shape[1]))
    fold_of = np.empty(len(names), np.intp)
    for burst in order:
        # Full is a fold with much of the burst's classes; among equals, one with much of anything.
        fullness = loads @ (counts[burst] > 0) + 1e-6 * loads.sum(axis=1)
        fold_of[burst] = fullness.argmin()
        loads[fold_of[burst]] += counts[burst]
    return np.asarray(fold_of[members])


def answer(
    examples: Examples,
    folds: NDArray[np.intp],
    columns: int,
    penalties: Sequence[float],
    threads: int,
    done: Callable[[int], None] = lambda _folds: None,
) -> dict[Recipe, OutOfFold]:
    """Give each picture the answers of heads that were fitted to the other folds; ``done`` is told how many of them were."""
    seen = examples.columns(columns)
    logits = np.zeros((len(penalties), len(folds), examples.classes), np.float32)
    answered = np.zeros(len(folds), np.bool_)

    def hold_out(fold: int) -> None:
        held = folds == fold
        known = np.unique(examples.labels[~held])
        if len(known) > 1:
            for index, head in enumerate(fit(seen.take(~held), penalties)):
                logits[index, held] = head.logits(seen.features[held])
            answered[held] = np.isin(examples.labels[held], known)

    with ThreadPoolExecutor(threads) as pool:
        for fold, _nothing in enumerate(pool.map(hold_out, range(int(folds.max()) + 1)), 1):
            done(fold)
    return {Recipe(columns, penalty): OutOfFold(found, answered) for penalty, found in zip(penalties, logits, strict=True)}


def balanced_loss(labels: NDArray[np.intp], answers: OutOfFold) -> float:
    """Give the mean over the classes of the mean cross-entropy of their pictures; 0 where nothing was answered."""
    known = labels[answers.answered]
    losses = cross_entropy(answers.logits[answers.answered], known)
    return float(np.mean([losses[known == label].mean() for label in np.unique(known)])) if len(known) else 0.0


def accuracy(labels: NDArray[np.intp], answers: OutOfFold) -> float:
    """Give the share of the answers that are right; 0 where nothing was answered."""
    right = answers.logits[answers.answered].argmax(axis=1) == labels[answers.answered]
    return float(right.mean()) if len(right) else 0.0


def _counted(progress: Progress, before: int, total: int) -> Callable[[int], None]:
    """Give who counts folds on from those before."""
    return lambda folds: progress(Step(_("Training"), before + folds, total, _("folds")))


def _sample(bursts: Sequence[str], seed: int) -> NDArray[np.bool_]:
    """Mark whole bursts, drawn by chance, until there are enough pictures."""
    names, members, sizes = np.unique(np.asarray(bursts), return_inverse=True, return_counts=True)
    order = np.random.default_rng(seed).permutation(len(names))
    chosen = np.zeros(len(names), np.bool_)
    chosen[order[np.cumsum(sizes[order]) - sizes[order] < ENOUGH]] = True
    return np.asarray(chosen[members])
