"""The history of all labellers at hand on this computer: each segment of the bucket is read once. It may be deleted.

Bringing it up to date lists ``history/`` and reads the segments that are new (a segment holds at most 200 decisions); what
became of one image is one look into an index then, however long the history is.
"""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from desktop.core.database import connect, rows, transaction
from desktop.core.errors import NotFoundError
from desktop.core.history import Event, event_of, events_in
from desktop.core.journal import Journal, Kind
from desktop.core.ports import ObjectStore
from desktop.core.progress import CancelToken, Progress, Step
from desktop.core.texts import _
from edge.contract.keys import HISTORY
from edge.contract.records import dump, load

_SCHEMA_1 = """
CREATE TABLE segment (key TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE event (
    decision TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    model TEXT,
    kept INTEGER NOT NULL,
    line BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX event_name ON event (name, at_ms);
CREATE INDEX event_model ON event (decision, model) WHERE model IS NOT NULL;
CREATE INDEX event_kept ON event (at_ms, name) WHERE kept"""
_SEGMENTS = 100
"""Read before they are committed together."""


class Chronicle:
    """One plant's history; an instance serves one thread."""

    def __init__(self, path: Path) -> None:
        self._db = connect(path, (_SCHEMA_1,), synchronous="NORMAL")

    def close(self) -> None:
        """Let the file go."""
        self._db.close()

    def catch_up(self, store: ObjectStore, progress: Progress, cancel: CancelToken) -> int:
        """Read the segments that are new; give their number.

        Raises:
            Cancelled: between two segments; what was read is kept.
        """
        known = {row["key"] for row in rows(self._db, "SELECT key FROM segment")}
        new = [one.key for one in store.list(HISTORY) if one.key.endswith(".jsonl") and one.key not in known]
        for start in range(0, len(new), _SEGMENTS):
            part = new[start : start + _SEGMENTS]
            found = []
            for number, key in enumerate(part, start):
                cancel.check()
                progress(Step(_("Reading the history"), number, len(new), _("segments")))
                with suppress(NotFoundError):
                    found += list(events_in(store.get(key).body))
            self._keep(part, found)
        return len(new)

    def history_of(self, name: str, journal: Journal) -> list[Event]:
        """Give all that was decided on an image, oldest first, with what the journal has not told the bucket yet."""
        told = rows(self._db, "SELECT line FROM event WHERE name = ? ORDER BY at_ms, decision", (name,))
        events = {event.decision: event for event in (load(Event, row["line"]) for row in told)}
        ours = [event_of(decision) for decision in journal.of_image(name)]
        events |= {event.decision: event for event in ours}
        return sorted(events.values(), key=lambda event: (event.at_ms, event.decision))

    def models(self) -> dict[str, str]:
        """Give whose suggestion was in sight, by decision; decisions without one are left out."""
        return {
            row["decision"]: row["model"] for row in rows(self._db, "SELECT decision, model FROM event WHERE model IS NOT NULL")
        }

    def confirmed(self, since_ms: int) -> set[str]:
        """Give the names of the images of which the last word, said since a moment, left the label as it was."""
        query = """SELECT name FROM event WHERE kept AND at_ms >= ? AND NOT EXISTS (
            SELECT 1 FROM event AS later
            WHERE later.name = event.name AND (later.at_ms, later.decision) > (event.at_ms, event.decision))"""
        return {row["name"] for row in rows(self._db, query, (since_ms,))}

    def _keep(self, segments: Iterable[str], events: Iterable[Event]) -> None:
        with transaction(self._db):
            self._db.executemany(
                "INSERT OR IGNORE INTO event VALUES (?, ?, ?, ?, ?, ?)",
                [(one.decision, one.name, one.at_ms, one.model, is_kept(one), dump(one)) for one in events],
            )
            self._db.executemany("INSERT OR IGNORE INTO segment VALUES (?)", [(key,) for key in segments])


def is_kept(event: Event) -> bool:
    """Tell whether somebody looked at a label and left it as it was."""
    return event.kind in (Kind.LABEL, Kind.CONFIRM) and event.source == event.target
