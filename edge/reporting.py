"""A device's own word in the bucket: ``reported.json`` on every change and from time to time, and its counts of each day."""

from collections.abc import Callable
from dataclasses import replace

from edge.contract.fleet import Reported
from edge.contract.keys import reported_key, stats_key
from edge.contract.records import dump
from edge.models import Models
from edge.ports import Uplink
from edge.tally import Tally


class Reporter:
    """Writes what a device runs and counts."""

    def __init__(
        self,
        device: str,
        uplink: Uplink,
        models: Models,
        tally: Tally,
        *,
        spooled: Callable[[], int],
        dropped: Callable[[], int],
        now_ms: Callable[[], int],
        interval_ms: int,
        program: str,
    ) -> None:
        self._device, self._uplink, self._models, self._tally = device, uplink, models, tally
        self._spooled, self._dropped, self._now_ms = spooled, dropped, now_ms
        self._interval_ms, self._program = interval_ms, program
        self._last: Reported | None = None

    def report(self, *, now: bool = False) -> None:
        """Write what there is to say: at once if the model's state has changed or ``now`` is set, else after the interval.

        Raises:
            UplinkError: the bucket is out of reach; nothing is forgotten.
        """
        reported = self._reported()
        last = self._last
        due = now or last is None or not 0 <= reported.at_ms - last.at_ms < self._interval_ms
        if not due and last is not None and _standing(last) == _standing(reported):
            return
        self._uplink.put(reported_key(self._device), dump(reported))
        self._last = reported
        if due:
            self._tally.send(lambda day, body: self._uplink.put(stats_key(self._device, day), body))

    def _reported(self) -> Reported:
        standing = self._models.standing
        return Reported(
            device=self._device,
            state=standing.state,
            at_ms=self._now_ms(),
            model=standing.model,
            previous=standing.previous,
            revision=standing.revision,
            reason=standing.reason,
            program=self._program,
            answers=self._tally.answers,
            spooled=self._spooled(),
            dropped=self._dropped(),
        )


def _standing(reported: Reported) -> Reported:
    """Give what is worth a word at once."""
    return replace(reported, at_ms=0, answers=0, spooled=0, dropped=0)
