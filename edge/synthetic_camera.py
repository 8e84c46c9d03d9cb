"""A camera that draws: the same pictures for the same seed, in bursts if wanted."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass

from edge.contract.metadata import Clock
from edge.contract.names import SLOT_MS
from edge.jpeg import strip_tags
from edge.ports import EndOfPictures, Frame


@dataclass(frozen=True, slots=True)
class SyntheticOptions:
    """What may stand behind the ``?`` of a synthetic camera's URL."""

    seed: int = 0
    size: int = 400
    interval_ms: int = SLOT_MS
    start_ms: int = 0
    count: int = 0
    """How many pictures; 0: no end."""
    burst: int = 1
    field: int = 1
    """0: pictures as in a catalogue."""

    def __post_init__(self) -> None:
        if self.burst < 1 or self.size < 16:
            raise ValueError("burst: at least 1; size: at least 16")


class SyntheticCamera:
    """Draws pictures; the same ones for the same seed."""

    def __init__(self, options: SyntheticOptions, now_ms: Callable[[], int] | None = None) -> None:
        self.interval_s = 0.0 if options.count else 1.0
        self._options = options
        self._start_ms = options.start_ms or (now_ms or _now_ms)() - options.count * options.interval_ms
        self._count = 0

    def capture(self) -> Frame:
        """Draw the next picture.

        Raises:
            EndOfPictures: ``count`` are drawn.
        """
        from edge.scenes import CLASSES, draw  # noqa: PLC0415  # a device with a real camera never draws

        options, count = self._options, self._count
        if options.count and count >= options.count:
            raise EndOfPictures
        self._count += 1
        scene, jitter = divmod(count, options.burst)
        number = int.from_bytes(hashlib.sha256(f"{options.seed}\n{scene}".encode()).digest()[:6], "big")
        cls = CLASSES[number % len(CLASSES)]
        jpeg = strip_tags(draw(cls, number >> 16, options.size, field=bool(options.field), jitter=jitter))
        return Frame(jpeg, self._start_ms + count * options.interval_ms, Clock.SIMULATED, f"synthetic:{cls}:{count}")

    def close(self) -> None:
        """Do nothing: there is nothing to let go."""


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
