"""The gate's rule, on counts alone: everything that decides, and nothing that describes.

*Pass*: the lower bound of the difference is at or above -margin, there are ``min_images`` in all and ``min_per_class`` of
every class that both models have (one that never comes up in the test set has none, and holds the candidate back), and no
class is worse beyond chance. Else *refuse*: the upper bound is below 0, or a class is worse beyond chance. Else
*insufficient*. Read in this order: a candidate that is surely worse, but surely by less than the margin, passes; that such
losses cannot add up is the business of the comparison with the best model ever shipped.

Which error goes where:

- **The bound** errs when a candidate worse by the margin passes. The k-th attempt spends 6/π²/k² of ``alpha``, which
  summed over all k is ``alpha``. Both ends use the same share, so that the interval is one interval and turns over when the
  models change places; an upper end that comes down later only makes an *insufficient* of a *refuse*, and neither ships.
- **The class tests** err the other way: they hold back a candidate that is as good. They use all of ``alpha``, divided
  over the classes by Holm, at every attempt; spending it would let harm to a class through more easily each time.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from desktop.core.evaluation import inflation_of
from desktop.core.intervals import Difference, holm, paired_difference, sign_test
from desktop.core.verdict import GateSettings, Ruling


@dataclass(frozen=True, slots=True)
class Counts:
    """All that the rule looks at. Of each class: pictures, and bursts with a net loss and with a net gain."""

    n: int
    gained: int
    lost: int
    inflation: float
    per_class: tuple[int, ...]
    worse: tuple[int, ...]
    better: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """What follows from the counts."""

    ruling: Ruling
    alpha: float
    difference: Difference | None
    p_values: tuple[float, ...]
    """Of each class, after Holm; 1 where there are no pictures to test with."""
    worse: tuple[bool, ...]


def spent_alpha(alpha: float, attempt: int) -> float:
    """Give the error that the k-th attempt may make, k from 1; over all attempts they add up to ``alpha`` (Σ1/k² = π²/6)."""
    if attempt < 1:
        raise ValueError("attempt: counted from 1")
    return alpha * 6 / math.pi**2 / attempt**2


def tally(
    truth: NDArray[np.intp], old_right: NDArray[np.bool_], new_right: NDArray[np.bool_], bursts: NDArray[np.intp], classes: int
) -> Counts:
    """Count pictures, each given by the numbers of its class and burst and by who has it right.

    In a class test a burst counts once, by the sign of what it gained: its pictures fail together.
    """
    changed = np.flatnonzero(old_right != new_right)
    gain = np.where(new_right[changed], 1, -1)
    pairs, place = np.unique(bursts[changed] * classes + truth[changed], return_inverse=True)
    net = np.bincount(place, weights=gain, minlength=len(pairs))
    return Counts(
        n=len(truth),
        gained=int((gain > 0).sum()),
        lost=int((gain < 0).sum()),
        inflation=inflation_of(bursts),
        per_class=tuple(np.bincount(truth, minlength=classes).tolist()),
        worse=tuple(np.bincount(pairs[net < 0] % classes, minlength=classes).tolist()),
        better=tuple(np.bincount(pairs[net > 0] % classes, minlength=classes).tolist()),
    )


def decide(counts: Counts, attempt: int, settings: GateSettings) -> Decision:
    """Give the ruling on a candidate that is held against another model."""
    alpha = spent_alpha(settings.alpha, attempt)
    difference = None
    if counts.n:
        difference = paired_difference(counts.gained, counts.lost, counts.n, alpha=alpha, inflation=counts.inflation)
    p_values = _class_tests(counts)
    worse = tuple(p <= settings.alpha for p in p_values)
    enough = counts.n >= settings.min_images and all(n >= settings.min_per_class for n in counts.per_class)
    if difference and enough and difference.low >= -settings.margin and not any(worse):
        ruling = Ruling.PASS
    elif any(worse) or (difference and difference.high < 0):
        ruling = Ruling.REFUSE
    else:
        ruling = Ruling.INSUFFICIENT
    return Decision(ruling, alpha, difference, p_values, worse)


def labels_needed(
    discordance: float, *, settings: GateSettings, attempt: int = 1, inflation: float = 1.0, chance: float = 0.9
) -> int:
    """Give how many blind labels let a model that is equal to the old one pass the bound with a chance.

    ``discordance`` is the share of pictures that just one of the two has right. Found as the number at which the bound of
    an unlucky draw (the quantile at 1 - chance, by the normal approximation) just holds; class tests are left out.
    """

    def passes(n: int) -> bool:
        unlucky = NormalDist().inv_cdf(chance) * math.sqrt(discordance * inflation * n)
        loss = max(-discordance * n, min(discordance * n, unlucky))
        gained, lost = (discordance * n - loss) / 2, (discordance * n + loss) / 2
        return paired_difference(gained, lost, n, alpha=alpha, inflation=inflation).low >= -settings.margin

    alpha = spent_alpha(settings.alpha, attempt)
    low, high = 0, 1
    while not passes(high):
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if passes(middle) else (middle, high)
    return high


def _class_tests(counts: Counts) -> tuple[float, ...]:
    tested = [number for number, n in enumerate(counts.per_class) if n]
    corrected = holm([sign_test(counts.worse[number], counts.better[number]) for number in tested])
    found = dict(zip(tested, corrected, strict=True))
    return tuple(found.get(number, 1.0) for number in range(len(counts.per_class)))
