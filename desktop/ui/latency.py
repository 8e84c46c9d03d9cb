"""How long it takes from a key to the picture: the last thousand, as they were measured."""

import math
import time
from collections import deque

KEPT = 1000


class Latency:
    """Takes times and tells percentiles."""

    def __init__(self) -> None:
        self.samples_ms: deque[float] = deque(maxlen=KEPT)
        self._pressed_s: float | None = None

    def press(self) -> bool:
        """Note that a key was pressed; a second one before anything was painted waits no shorter than the first.

        Gives whether it is the first.
        """
        if self._pressed_s is not None:
            return False
        self._pressed_s = time.perf_counter()
        return True

    def forget(self) -> None:
        """Note that the key did nothing that could be seen: there is nothing to wait for."""
        self._pressed_s = None

    def paint(self) -> None:
        """Note that what the key did is on the screen."""
        if self._pressed_s is not None:
            self.add((time.perf_counter() - self._pressed_s) * 1000)
            self._pressed_s = None

    def add(self, ms: float) -> None:
        """Take a time in milliseconds."""
        self.samples_ms.append(ms)

    def percentile(self, p: float) -> float | None:
        """Give the time that a share of the keys, 0..100 %, did not pass (the nearest rank); None before the first."""
        ordered = sorted(self.samples_ms)
        return ordered[max(0, math.ceil(p / 100 * len(ordered)) - 1)] if ordered else None
