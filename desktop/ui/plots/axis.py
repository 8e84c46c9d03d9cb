"""From values to places on the screen and the round numbers between. Plain arithmetic, without Qt."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Axis:
    """A straight axis: ``low`` lies at ``begin``, ``high`` at ``end``."""

    low: float
    high: float
    begin: float
    end: float

    def __call__(self, value: float) -> float:
        """Give where a value lies."""
        return self.begin + (value - self.low) * (self.end - self.begin) / ((self.high - self.low) or 1.0)


def round_step(span: float, about: int) -> float:
    """Give the step of 1, 2 or 5 times a power of ten that parts a span into at most ``about`` pieces."""
    if span <= 0:
        return 1.0
    raw = span / about
    power = 10.0 ** math.floor(math.log10(raw))
    return next((factor * power for factor in (1, 2, 5, 10) if factor * power >= raw * (1 - 1e-9)), 10 * power)


def round_numbers(low: float, high: float, step: float) -> list[float]:
    """Give the multiples of a step from ``low`` to ``high``."""
    first, last = math.ceil(low / step - 1e-6), math.floor(high / step + 1e-6)
    return [number * step for number in range(first, last + 1)]


def outwards(low: float, high: float, about: int) -> tuple[float, float, float]:
    """Give an axis' ends on round numbers around two values, and its step."""
    step = round_step(high - low, about)
    return math.floor(low / step + 1e-6) * step, math.ceil(high / step - 1e-6) * step, step
