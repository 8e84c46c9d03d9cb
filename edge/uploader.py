"""From the pipeline to the disk, and from the disk to the bucket; each in a thread of its own, so that no answer waits.

A record leaves the spool only when the bucket has it. The name holds the picture's digest, so putting it "if absent" may be
repeated after any cut; what else stands under that name is never touched.
"""

import hashlib
import logging
import queue
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass

from edge.complaint import Complaint
from edge.contract.keys import RAW
from edge.ports import NeverTaken, Uplink, UplinkError
from edge.preprocess import MAX_IMAGE_BYTES
from edge.spool import Entry, Record, Spool, SpoolError

IDLE_S = 60.0
"""The uploader is woken for every new record; this is for what may have been missed."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waiting after failures: a random time up to ``first_s`` · 2ⁿ, at most ``most_s``.

    "Full jitter" of Brooker, "Exponential Backoff And Jitter", 2015: a plant's devices come back one by one.
    """

    first_s: float = 2.0
    most_s: float = 300.0

    def delay_s(self, failures: int, number: float) -> float:
        """Give the wait after this many failures in a row; ``number`` is random, 0..1."""
        return number * min(self.most_s, self.first_s * 2.0 ** min(failures, 40))


class Uploader:
    """Empties a spool into the bucket."""

    def __init__(self, spool: Spool, uplink: Uplink, backoff: Backoff, rng: random.Random) -> None:
        self.sent = 0
        self.collided = 0
        """Pictures whose name the bucket has with another content; they lie in quarantine."""
        self._complaint = Complaint(_log)
        self._spool, self._uplink, self._backoff, self._rng = spool, uplink, backoff, rng
        self._failures = 0
        self._wake = threading.Event()

    @property
    def trouble(self) -> str:
        """Why the last attempt failed; empty after one that went well."""
        return self._complaint.text

    def wake(self) -> None:
        """Tell that there may be something to do."""
        self._wake.set()

    def run(self, stop: threading.Event) -> None:
        """Send what there is until ``stop`` is set and :meth:`wake` called."""
        while not stop.is_set():
            delay_s = self.step()
            if delay_s == 0:
                continue
            # While the bucket is out of reach a new record is no reason to ask earlier.
            if self.trouble:
                stop.wait(delay_s)
            else:
                self._wake.wait(delay_s)
                self._wake.clear()

    def step(self) -> float:
        """Send one record if there is one; give the seconds to wait before the next call."""
        try:
            waiting = self._spool.first()
            if waiting is None:
                return IDLE_S
            self._send(*waiting)
        except UplinkError as error:
            return self._failed(f"the bucket cannot be reached, pictures wait: {error}")
        except SpoolError as error:
            return self._failed(str(error))
        self._failures = 0
        self._complaint.clear()
        return 0.0

    def _send(self, entry: Entry, record: Record) -> None:
        key = RAW + record.name
        try:
            if self._uplink.put(key, record.jpeg, record.metadata, if_absent=True) or self._is_there(key, record):
                self._spool.done(entry)
                self.sent += 1
                return
        except NeverTaken as error:  # the others must not wait behind it
            self._spool.quarantine(entry, f"the bucket can never take it: {error}")
            return
        self.collided += 1
        self._spool.quarantine(entry, f"{record.name} stands in the bucket with another content")

    def _is_there(self, key: str, record: Record) -> bool:
        stored = self._uplink.get(key, MAX_IMAGE_BYTES)
        if stored is None:  # sorted between the two requests: it had arrived before
            return True
        return hashlib.sha256(stored).digest() == hashlib.sha256(record.jpeg).digest()

    def _failed(self, reason: str) -> float:
        self._complaint.tell(reason)
        delay_s = self._backoff.delay_s(self._failures, self._rng.random())
        self._failures += 1
        return max(delay_s, 0.01)


class Storer:
    """Writes records into the spool behind the pipeline's back."""

    def __init__(self, spool: Spool, stored: Callable[[], None], size: int = 16) -> None:
        """Begin with nothing.

        Args:
            spool: Where the records go.
            stored: Called after each that was written.
            size: How many may wait to be written; 16 pictures are a megabyte.
        """
        self.lost = 0
        """Records that came faster than the disk took them; the spool counts those that it refused."""
        self._spool, self._stored = spool, stored
        self._complaint = Complaint(_log)
        self._queue: queue.Queue[Record | None] = queue.Queue(size)

    def offer(self, record: Record, *, patient: bool) -> bool:
        """Hand over a record; False if there was no room. A patient caller waits for room: a replay does, a belt does not."""
        try:
            self._queue.put(record, block=patient)
        except queue.Full:
            self.lost += 1
            self._complaint.tell("the disk is too slow, pictures are lost")
            return False
        return True

    def finish(self) -> None:
        """Let :meth:`run` return once everything handed over is written."""
        self._queue.put(None)

    def run(self) -> None:
        """Write what comes until :meth:`finish`."""
        while (record := self._queue.get()) is not None:
            try:
                kept = self._spool.put(record)
            except SpoolError as error:
                self._complaint.tell(str(error))
                continue
            if kept:
                self._complaint.clear()
                self._stored()
            else:
                self._complaint.tell("no room, pictures are given up")
