"""A clock that goes on by a millisecond whenever it is asked, and numbers for names: what tests pass in for both."""

import itertools

START_MS = 1_800_000_000_000


class Clock:
    """Milliseconds that never repeat; ``now_ms`` may be set forward."""

    def __init__(self, now_ms: int = START_MS) -> None:
        self.now_ms = now_ms

    def __call__(self) -> int:
        """Give the time."""
        self.now_ms += 1
        return self.now_ms


class Ids:
    """Ids in rising order, like ULIDs."""

    def __init__(self, prefix: str = "D") -> None:
        self._prefix = prefix
        self._count = itertools.count(1)

    def __call__(self) -> str:
        """Give the next id."""
        return f"{self._prefix}{next(self._count):06d}"
