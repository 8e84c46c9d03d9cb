"""What the Pis see: drawn pictures on a simulated clock, in bursts, as things pass on a belt."""

import hashlib
import multiprocessing
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from edge.contract.names import SLOT_MS
from edge.scenes import CLASSES, draw

SHARES = (0.15, 0.25, 0.20, 0.25, 0.15)
"""How often each class passes: clutter and cans more often than wine."""
_FRAME_MS = 1_500
_BURSTS = (85, 10, 3, 1, 0.5, 0.5)
"""How often a thing is seen once, twice, … six times while it passes."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture that a device will take."""

    device: str
    captured_ms: int
    cls: str
    seed: int
    jitter: int
    """The number of the frame in its burst."""

    @property
    def name(self) -> str:
        """The name of the file that the device's folder camera finds; it carries the time and no answer."""
        return f"{self.captured_ms}_none_0.0.jpg"


def shots(count: int, devices: Sequence[str], start_ms: int, seed: int) -> list[Shot]:
    """Give at least ``count`` shots: one burst of one to six frames a device and slot, until there are enough."""
    draws = random.Random(seed)
    found: list[Shot] = []
    slot = 0
    while len(found) < count:
        for device in devices:
            cls = draws.choices(CLASSES, SHARES)[0]
            scene = draws.randrange(1 << 30)
            begin_ms = start_ms + slot * SLOT_MS + 100
            frames = range(draws.choices(range(1, len(_BURSTS) + 1), _BURSTS)[0])
            found += [Shot(device, begin_ms + frame * _FRAME_MS, cls, scene, frame) for frame in frames]
        slot += 3  # so that two things never lie within one slot, and some time passes between them
    return found


def base_pictures(folder: Path, per_class: int, seed: int, drawn: Callable[[int], object]) -> None:
    """Draw a training set to begin with: a folder per class, named as Caltech-256 names them."""
    wanted = [
        (folder / f"{number:03d}.{cls}" / f"{number:03d}_{count:04d}.jpg", cls, seed + 1000 * number + count, False, 0)
        for number, cls in enumerate(CLASSES, 1)
        for count in range(per_class)
    ]
    for count, _done in enumerate(_drawn(wanted), 1):
        drawn(count)


def film(taken: Iterable[Shot], folder: Path, drawn: Callable[[int], object]) -> dict[str, str]:
    """Draw what the devices will see into a folder a device; give the truth by the pictures' sha256."""
    wanted = [(folder / shot.device / shot.name, shot.cls, shot.seed, True, shot.jitter) for shot in taken]
    truth = {}
    for count, (sha256, cls) in enumerate(_drawn(wanted), 1):
        truth[sha256] = cls
        drawn(count)
    return truth


_Wanted = tuple[Path, str, int, bool, int]


def _drawn(wanted: Sequence[_Wanted]) -> Iterator[tuple[str, str]]:
    """Draw on all cores; give sha256 and class of each picture in order."""
    for path in {path.parent for path, *_rest in wanted}:
        path.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(_draw, wanted, chunksize=16)


def _draw(wanted: _Wanted) -> tuple[str, str]:
    path, cls, seed, field, jitter = wanted
    data = draw(cls, seed, field=field, jitter=jitter)
    unfinished = path.with_suffix(".tmp")
    unfinished.write_bytes(data)
    unfinished.rename(path)
    return hashlib.sha256(data).hexdigest(), cls
