"""The statistics of measuring and comparing: intervals for shares and their differences, tests for classes.

Every interval takes an *inflation*, by which its variance is multiplied because the pictures of a burst are no
independent witnesses (:func:`burst_inflation`). A score interval holds the values whose squared statistic is at most z²;
a variance k times as large divides the squared statistic by k, so the same interval is found with z·√k for z.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from statistics import NormalDist

_HALVINGS = 40
"""Of an interval at most 2 wide: the last is below 2e-12, and one picture of a million moves a bound by far more."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A measured share, with the interval it lies in."""

    value: float | None
    """None: nothing was measured, and the interval is all there is."""
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference of two shares of the same pictures, new minus old, with the interval it lies in."""

    value: float
    low: float
    high: float


def burst_inflation(sizes: Iterable[int]) -> float:
    """Give Σm²/Σm over the burst sizes m: how many pictures stand for one independent witness.

    This is Kish's design effect for clusters whose members all answer alike (Kish, Survey Sampling, 1965, §8.2, with an
    intra-class correlation of 1): exact for bursts that stand or fall together, cautious for all others. 1 for no bursts.
    """
    squares = total = 0
    for size in sizes:
        squares += size * size
        total += size
    return squares / total if total else 1.0


def wilson(right: int, n: int, *, alpha: float = 0.05, inflation: float = 1.0) -> Estimate:
    """Give a share with its two-sided Wilson score interval (Wilson, JASA 22, 1927, 209-212)."""
    if n == 0:
        return Estimate(None, 0.0, 1.0)
    square = _normal().inv_cdf(1 - alpha / 2) ** 2 * inflation
    centre = (right + square / 2) / (n + square)
    half = math.sqrt(square * (right * (n - right) / n + square / 4)) / (n + square)
    share = right / n
    # At 0 and n the interval ends exactly there; rounding must not put the share outside.
    return Estimate(share, min(share, max(0.0, centre - half)), max(share, min(1.0, centre + half)))


def paired_difference(gained: float, lost: float, n: float, *, alpha: float, inflation: float = 1.0) -> Difference:
    """Give the difference of two paired shares with Tango's score interval.

    ``gained`` of ``n`` pictures are right only with the new model, ``lost`` only with the old one. ``alpha`` is the error
    of each end by itself: ``low`` alone is a one-sided bound at ``alpha``, both ends together hold 1 - 2·alpha.
    Source: Tango, Statistics in Medicine 17 (1998), 891-908.

    Raises:
        ValueError: no pictures, or more discordant ones than pictures.
    """
    if n <= 0 or min(gained, lost) < 0 or gained + lost > n:
        raise ValueError("n: at least 1; gained and lost: from 0, together at most n")
    z = -_normal().inv_cdf(alpha) * math.sqrt(inflation)
    return Difference((gained - lost) / n, _lower_bound(gained, lost, n, z), -_lower_bound(lost, gained, n, z))


def sign_test(worse: int, better: int) -> float:
    """Give the exact chance of at least this many losses among all changes, if both were equally likely.

    One-sided McNemar test: Binomial(worse + better, ½). Source: McNemar, Psychometrika 12 (1947), 153-157.
    """
    changes = worse + better
    ways, these = 0, math.comb(changes, worse)
    for losses in range(worse, changes + 1):
        ways += these
        these = these * (changes - losses) // (losses + 1)
    return ways / (1 << changes)


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Give p-values corrected for their number: rejecting those up to α errs at all with at most α.

    Source: Holm, Scandinavian Journal of Statistics 6 (1979), 65-70; in the form of adjusted p-values.
    """
    corrected = [0.0] * len(p_values)
    largest = 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=lambda index: p_values[index])):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[index]))
        corrected[index] = largest
    return tuple(corrected)


def _lower_bound(gained: float, lost: float, n: float, z: float) -> float:
    """Give the difference at which Tango's statistic, which falls as the difference grows, is z."""
    low, high = -1.0, (gained - lost) / n
    if high <= low:
        return low
    for _halving in range(_HALVINGS):
        middle = (low + high) / 2
        if _score(middle, gained, lost, n) > z:
            low = middle
        else:
            high = middle
    return low


def _score(difference: float, gained: float, lost: float, n: float) -> float:
    """Give Tango's statistic: how many standard errors the counts lie above a supposed difference.

    The variance holds at the supposed difference: ``only_old`` is the most likely share of pictures that only the old
    model has right, given that difference; the larger root of 2n·q² + b·q - lost·d·(1 - d) = 0.
    """
    b = 2 * n * difference - (gained + lost) - (gained - lost) * difference
    root = math.sqrt(max(0.0, b * b + 8 * n * lost * difference * (1 - difference)))
    only_old = (root - b) / (4 * n)
    variance = n * (2 * only_old + difference * (1 - difference))
    if variance <= 0:  # only by rounding, beside -1
        return math.inf
    return (gained - lost - n * difference) / math.sqrt(variance)


@cache
def _normal() -> "NormalDist":
    from statistics import NormalDist  # noqa: PLC0415 - the settings' words stand here, too, and every start reads them

    return NormalDist()
