"""How the benchmarks measure: both sides in turns in one run, medians, a ratio."""

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """One line of ``build/bench.json``; ``ratio > 1`` where we are better."""

    name: str
    ours: float
    peer: float
    peer_name: str
    unit: str
    ratio: float
    goal: float | None
    n: int


def race(
    name: str,
    ours: Callable[[], object],
    peer: Callable[[], object],
    *,
    peer_name: str,
    goal: float | None,
    n: int,
    rounds: int = 5,
    before_each: Callable[[], object] = lambda: None,
) -> Result:
    """Time both sides in turns, so that a busy moment hits both; seconds, lower is better."""
    times: tuple[list[float], list[float]] = ([], [])
    for _round in range(rounds):
        for side, kept in zip((ours, peer), times, strict=True):
            before_each()
            kept.append(seconds(side))
    mine, other = (statistics.median(kept) for kept in times)
    return Result(name, mine, other, peer_name, "s", other / mine, goal, n)


def seconds(work: Callable[[], object]) -> float:
    """Give the seconds that some work takes."""
    gc.collect()
    begun_s = time.perf_counter()
    work()
    return time.perf_counter() - begun_s
