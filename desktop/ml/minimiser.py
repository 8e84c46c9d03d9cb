"""The lowest point of a smooth, convex function, by limited-memory BFGS: no randomness, no dependency.

Nocedal and Wright, "Numerical Optimization", 2nd edition, algorithms 3.1 (backtracking), 7.4 and 7.5.
"""

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Function = Callable[[Array], tuple[float, Array]]
"""Gives a value and its gradient."""

_MEMORY = 8
_DECREASE = 1e-4
_SHORTEST_STEP = 1e-4


class _Pair(NamedTuple):
    """One step taken, how the gradient changed along it, and 1 / their product."""

    step: Array
    change: Array
    inverse: float


def minimise(function: Function, start: Array, tolerance: float, max_steps: int) -> Array:
    """Give the point where the gradient's length falls below ``tolerance``, or the last one reached."""
    point = start
    value, gradient = function(point)
    pairs: deque[_Pair] = deque(maxlen=_MEMORY)
    for _ in range(max_steps):
        length = _dot(gradient, gradient) ** 0.5
        if length <= tolerance:
            break
        direction = _direction(gradient, pairs)
        slope = _dot(gradient, direction)
        size = 1.0 if pairs else 1 / max(length, 1.0)
        while True:
            step = np.float32(size) * direction
            new_value, new_gradient = function(point + step)
            if new_value <= value + _DECREASE * size * slope:
                break
            size /= 2
            if size < _SHORTEST_STEP:  # as low as single precision can tell
                return point
        change = new_gradient - gradient
        curvature = _dot(step, change)
        if curvature > 0:
            pairs.append(_Pair(step, change, 1 / curvature))
        point, value, gradient = point + step, new_value, new_gradient
    return point


def _direction(gradient: Array, pairs: deque[_Pair]) -> Array:
    result = -gradient
    shares = []
    for pair in reversed(pairs):
        share = pair.inverse * _dot(pair.step, result)
        shares.append(share)
        result = result - np.float32(share) * pair.change
    if pairs:
        last = pairs[-1]
        result = result * np.float32(1 / (last.inverse * _dot(last.change, last.change)))
    for pair, share in zip(pairs, reversed(shares), strict=True):
        result = result + np.float32(share - pair.inverse * _dot(pair.change, result)) * pair.step
    return result


def _dot(one: Array, other: Array) -> float:
    return float(np.vdot(one, other))
