"""What a device counts in a day, for drift: kept beside the spool, so that a restart goes on counting."""

import datetime as dt
import logging
import os
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from edge.contract.fleet import DayStats
from edge.contract.messages import Answer
from edge.contract.records import BadRecord, dump, load

KEPT_DAYS = 30
_LAST_MS = 253_370_764_800_000
"""The first day of 9999; a picture's name may say any time, a calendar ends."""

_log = logging.getLogger(__name__)


class Tally:
    """Counts answers by the UTC day of their capture."""

    def __init__(self, folder: Path, device: str) -> None:
        self.answers = 0
        """Since the program started."""
        self._folder, self._device = folder, device
        self._lock = threading.Lock()
        self._days: dict[str, DayStats] = {}
        self._unsent: set[str] = set()
        folder.mkdir(parents=True, exist_ok=True)

    def add(self, answer: Answer) -> None:
        """Count an answer."""
        day = dt.datetime.fromtimestamp(min(answer.at_ms, _LAST_MS) / 1000, dt.UTC).strftime("%Y-%m-%d")
        with self._lock:
            self.answers += 1
            stats = self._day(day)
            bins = list(stats.confidence)
            if answer.label is not None:
                bins[min(int(answer.confidence * 10), 9)] += 1
            self._days[day] = replace(
                stats,
                answers=stats.answers + 1,
                by_class=_one_more(stats.by_class, answer.label),
                confidence=tuple(bins),
                by_reason=_one_more(stats.by_reason, answer.sampled.reason if answer.sampled else None),
                by_model=_one_more(stats.by_model, answer.model),
            )
            self._unsent.add(day)

    def send(self, put: Callable[[str, bytes], object]) -> None:
        """Give each day that has changed to ``put``, which may raise; what it took is not given again unless it changes."""
        with self._lock:
            unsent = [(day, dump(self._days[day])) for day in sorted(self._unsent)]
        for day, body in unsent:
            self._write(day, body)
            put(day, body)
            with self._lock:
                if dump(self._days[day]) == body:
                    self._unsent.discard(day)
        self._tidy()

    def _day(self, day: str) -> DayStats:
        if day not in self._days:
            self._days[day] = DayStats(self._device, day)
            try:
                stored = load(DayStats, (self._folder / f"{day}.json").read_bytes())
                self._days[day] = stored if len(stored.confidence) == 10 else self._days[day]
            except FileNotFoundError:
                pass
            except (OSError, BadRecord) as error:
                _log.warning("the counts of %s cannot be read, beginning anew: %s", day, error)
        return self._days[day]

    def _write(self, day: str, body: bytes) -> None:
        """Keep a day's counts; not worth a sync, since a power cut costs a minute of counting at most."""
        temporary = self._folder / f"{day}.tmp"
        try:
            temporary.write_bytes(body)
            os.replace(temporary, self._folder / f"{day}.json")
        except OSError as error:
            _log.warning("the counts of %s cannot be written: %s", day, error.strerror or error)

    def _tidy(self) -> None:
        with self._lock:
            for day in sorted(self._days)[:-2]:
                if day not in self._unsent:
                    del self._days[day]
        for path in sorted(self._folder.glob("*.json"))[:-KEPT_DAYS]:
            path.unlink(missing_ok=True)


def _one_more(counts: dict[str, int], key: str | None) -> dict[str, int]:
    return counts if key is None else {**counts, key: counts.get(key, 0) + 1}
