"""What was decided, by whom and when: append-only segments below ``history/`` in the bucket.

A segment is written each minute or 200 decisions. Its content is fixed in the journal first, so that writing it again
after a crash is harmless.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from desktop.core.errors import ConflictError
from desktop.core.journal import Decision, Journal
from desktop.core.ports import ABSENT, ObjectStore
from edge.contract.keys import HISTORY, Place, locate, segment_key
from edge.contract.records import BadRecord, dump, load

SEGMENT_LIMIT = 200
SEGMENT_AGE_MS = 60_000
END_MS = 253_402_300_800_000
"""The year 10000; calendars end there."""


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a segment."""

    decision: str
    name: str
    labeller: str
    at_ms: int
    kind: str
    source: str
    target: str
    outcome: str
    blind: bool = False
    suggestion: str | None = None
    model: str | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.at_ms < END_MS:
            raise ValueError("at_ms: a moment was expected")

    @property
    def before(self) -> Place | None:
        """Where the image lay, taken apart; None if that is no place for one."""
        return locate(self.source)

    @property
    def after(self) -> Place | None:
        """Where it was to lie."""
        return locate(self.target)


def event_of(decision: Decision) -> Event:
    """Give the line that tells of a decision."""
    one = decision.choice
    return Event(
        decision.id, one.name, decision.labeller, decision.at_ms, decision.kind, one.source, one.target, decision.state,
        one.blind, one.suggestion, one.model,
    )  # fmt: skip


def write_history(store: ObjectStore, journal: Journal, *, now_ms: int, all_of_it: bool = False) -> int:
    """Write the segments that are due (or all that can be told); give their number."""
    due = journal.seal(SEGMENT_LIMIT, now_ms if all_of_it else now_ms - SEGMENT_AGE_MS)
    for segment, labeller, day in due:
        lines = b"\n".join(dump(event_of(decision)) for decision in journal.in_segment(segment)) + b"\n"
        with suppress(ConflictError):  # written before a crash, and not noted
            store.put(segment_key(labeller, day, segment), lines, match=ABSENT)
        journal.written(segment)
    return len(due)


def read_history(store: ObjectStore, since_ms: int = 0) -> Iterator[Event]:
    """Give the events of all labellers, segment by segment; lines that make no sense are left out."""
    first_day = datetime.fromtimestamp(since_ms / 1000, UTC).strftime("%Y-%m-%d")
    for listed in store.list(HISTORY):
        if listed.key.endswith(".jsonl") and listed.key.split("/")[-2] >= first_day:
            yield from (event for event in events_in(store.get(listed.key).body) if event.at_ms >= since_ms)


def events_in(segment: bytes) -> Iterator[Event]:
    """Give the events of one segment; lines that make no sense are left out."""
    for line in segment.splitlines():
        with suppress(BadRecord):
            yield load(Event, line)
