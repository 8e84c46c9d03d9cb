"""How fast somebody works: decisions an hour while at work; breaks do not count."""

from collections import deque
from collections.abc import Callable
from itertools import islice

BREAK_MS = 60_000
"""A longer pause between two decisions counts as this much."""
WINDOW_MS = 600_000
"""The rate is that of the last ten minutes at work."""

_HOUR_MS = 3_600_000


class Pace:
    """Takes decisions as they are made and tells their rate."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._last_ms: int | None = None
        self._worked_ms = 0
        self._made: deque[tuple[int, int]] = deque()

    def add(self, images: int) -> None:
        """Take a decision on some images; what was taken back counts below zero."""
        now_ms = self._now_ms()
        if self._last_ms is not None:
            self._worked_ms += min(max(0, now_ms - self._last_ms), BREAK_MS)
        self._last_ms = now_ms
        self._made.append((self._worked_ms, images))
        while self._worked_ms - self._made[0][0] > WINDOW_MS:
            self._made.popleft()

    def per_hour(self) -> float | None:
        """Give the images an hour; None until there is something to tell. The oldest decision only starts the clock."""
        if not self._made or self._made[0][0] == self._worked_ms:
            return None
        images = sum(count for _, count in islice(self._made, 1, None))
        return max(0.0, images * _HOUR_MS / (self._worked_ms - self._made[0][0]))
