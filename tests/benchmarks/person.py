"""A simulated labeller: how long looking, deciding and pressing take, and what goes wrong. All of it assumed, nothing measured.

decision   0.85 s: easy pictures one by one take 0.83 to 0.89 s each, key included ("Speed Labeling", Graphics Interface 2024).
key        0.28 s: a key that needs no thought, such as an arrow (Card, Moran & Newell, CACM 23/7, 1980: K of an average
           non-secretary typist; a trained hand, or a key that is held, is faster).
glance     0.25 s a tile among others: our assumption, between 0.1 s (rapid serial presentation, arXiv 1602.04506) and a
           decision. Figures at 0.15 s and 0.4 s stand beside it.
slip       2 % of decisions hit a wrong key: our assumption. Half of them are noticed: taken back, which costs a decision, and
           decided again, the second time without a slip.
miss       a stray on a page is overlooked with 14 % where half of the page are strays, up to 40 % where one in a hundred is, on
           a straight line over the logarithm of the share. Published misses of rare targets: 14 % where they stand out and
           more where they do not (Rich et al., Journal of Vision 8/15, 2008, at 2 %), 30 % at 1 % against 7 % at 50 % (Wolfe,
           Horowitz & Kenner, Nature 435, 2005): our line lies above both.

Left out, because nothing is known of them: breaks, tiring, right tiles taken for strays, pictures whose class is unclear.
"""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Habits:
    """What is assumed of a labeller."""

    decision_s: float = 0.85
    key_s: float = 0.28
    glance_s: float = 0.25
    slip: float = 0.02
    noticed: float = 0.5
    """The share of slips."""
    miss_common: float = 0.14
    miss_rare: float = 0.40
    common: float = 0.5
    """From this share of strays on, and up to ``rare``, the misses are as above."""
    rare: float = 0.01

    def miss(self, share: float) -> float:
        """Give the chance that a stray is overlooked on a page of which a share are strays."""
        bounded = min(self.common, max(self.rare, share))
        scarcity = math.log(self.common / bounded) / math.log(self.common / self.rare)
        return self.miss_common + scarcity * (self.miss_rare - self.miss_common)


class Person:
    """One labeller: draws what goes wrong, and counts what takes time."""

    def __init__(self, habits: Habits, classes: Sequence[str], seed: int) -> None:
        self.habits = habits
        self.decisions = self.keys = self.glances = self.slips = self.overlooked = 0
        self._classes = tuple(classes)
        self._draws = random.Random(seed)

    def decide(self, right: str) -> str:
        """Give the class that is pressed for one that is right."""
        self.decisions += 1
        if self._draws.random() >= self.habits.slip:
            return right
        self.slips += 1
        return self._draws.choice([cls for cls in self._classes if cls != right])

    def notices_slip(self) -> bool:
        """Tell whether a slip is noticed at once; taking it back and deciding again is counted then."""
        noticed = self._draws.random() < self.habits.noticed
        self.decisions += 2 * noticed
        return noticed

    def overlooks(self, share: float) -> bool:
        """Tell whether a stray is overlooked on a page with such a share of strays."""
        missed = self._draws.random() < self.habits.miss(share)
        self.overlooked += missed
        return missed

    def seconds(self, glance_s: float | None = None) -> float:
        """Give what all of it took, also as if a glance took another time."""
        habits = self.habits
        glance_s = habits.glance_s if glance_s is None else glance_s
        return self.decisions * habits.decision_s + self.keys * habits.key_s + self.glances * glance_s
