"""The write-ahead journal: every decision stands here, durably, before anything else happens. Never deleted.

A *step* is what one key did (one image, or a whole page); undo takes a step back. A *decision* is one image's part in it:

    planned ──▶ moving ──▶ done | lost | conflict
       └──▶ cancelled

Undoing a planned decision cancels it; undoing a later one plans the move back. Decisions on one image are delivered in
their order. Any process may append; one delivers (:mod:`desktop.core.delivery`).
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import takewhile
from pathlib import Path

from desktop.core.database import Arguments, connect, keep_log_short, leave_log, rows, transaction
from edge.contract.keys import locate

_SCHEMA_1 = """
CREATE TABLE step (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    labeller TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    place INTEGER,
    state TEXT NOT NULL
);
CREATE INDEX step_stack ON step (labeller, state, place);
CREATE INDEX step_unsure ON step (id) WHERE kind = 'unsure' AND state = 'live';
CREATE TABLE decision (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    step INTEGER NOT NULL REFERENCES step (id),
    name TEXT NOT NULL,
    source TEXT NOT NULL,
    source_etag TEXT NOT NULL,
    target TEXT NOT NULL,
    blind INTEGER NOT NULL,
    suggestion TEXT,
    model TEXT,
    state TEXT NOT NULL,
    etag TEXT NOT NULL DEFAULT '',
    winner TEXT NOT NULL DEFAULT '',
    whereabouts TEXT NOT NULL DEFAULT '',
    segment TEXT
);
CREATE INDEX decision_open ON decision (state) WHERE state IN ('planned', 'moving');
CREATE INDEX decision_step ON decision (step);
CREATE INDEX decision_name ON decision (name, seq);
CREATE INDEX decision_untold ON decision (state) WHERE segment IS NULL;
CREATE TABLE segment (id TEXT PRIMARY KEY, labeller TEXT NOT NULL, day TEXT NOT NULL, written INTEGER NOT NULL)"""


class Kind(StrEnum):
    """What a step did."""

    LABEL = "label"
    CONFIRM = "confirm"
    DISCARD = "discard"
    RESTORE = "restore"
    UNSURE = "unsure"
    UNDO = "undo"


class State(StrEnum):
    """How far a decision is."""

    PLANNED = "planned"
    MOVING = "moving"
    DONE = "done"
    LOST = "lost"
    CONFLICT = "conflict"
    CANCELLED = "cancelled"

    @property
    def failed(self) -> bool:
        """Whether it ended without moving anything."""
        return self in (State.LOST, State.CONFLICT)


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen for one image; ``target`` equal to ``source`` moves nothing (unsure)."""

    name: str
    source: str
    source_etag: str
    """Empty: whatever an earlier decision on this image leaves at ``source``."""
    target: str
    blind: bool = False
    suggestion: str | None = None
    """The class that was shown as suggestion, if one was."""
    model: str | None = None
    """The model that suggested it."""

    @property
    def moves(self) -> bool:
        """Whether it takes the image elsewhere."""
        return self.source != self.target


@dataclass(frozen=True, slots=True)
class Decision:
    """One image's part in a step, as it stands."""

    id: str
    step: int
    kind: Kind
    labeller: str
    at_ms: int
    choice: Choice
    state: State
    etag: str
    """Of the target, once done; empty until then."""
    winner: str
    whereabouts: str
    """The key that the image was found under, if lost; the reason, if in conflict."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a decision ended."""

    id: str
    state: State
    etag: str = ""
    winner: str = ""
    whereabouts: str = ""


_SELECT = """SELECT decision.*, step.kind, step.labeller, step.at_ms FROM decision JOIN step ON step.id = decision.step """


class Journal:
    """One plant's journal on this computer; an instance serves one thread."""

    def __init__(self, path: Path, now_ms: Callable[[], int], new_id: Callable[[], str]) -> None:
        self._db = connect(path, (_SCHEMA_1,), synchronous="FULL")
        leave_log(self._db)
        self._now_ms = now_ms
        self._new_id = new_id

    def close(self) -> None:
        """Let the file go."""
        self._db.close()

    def keep_short(self) -> None:
        """Write back SQLite's log whenever it is long: for the process that delivers, since no key waits for it."""
        keep_log_short(self._db)

    def record(self, kind: Kind, labeller: str, choices: Iterable[Choice]) -> list[Decision]:
        """Write one step, durably, and give its decisions; what could be redone is forgotten. Without choices, nothing."""
        chosen = list(choices)
        if not chosen:
            return []
        with transaction(self._db):
            self._db.execute("UPDATE step SET state = 'dead' WHERE labeller = ? AND state = 'undone'", (labeller,))
            step = self._add_step(kind, labeller, None)
            self._add_decisions(step, chosen)
        return self.of_step(step)

    def undo(self, labeller: str) -> list[Decision]:
        """Take back the labeller's last step that still stands; give that step's decisions, empty if there is none.

        A step of which every decision was lost or in conflict has nothing to take back and is passed over.
        """
        with transaction(self._db):
            while (found := self._top(labeller, "live", "DESC")) is not None:
                standing = self._standing(found["id"])
                self._db.execute("UPDATE step SET state = ? WHERE id = ?", ("undone" if standing else "dead", found["id"]))
                if standing:
                    self._take_back(standing, labeller)
                    return self.of_step(found["id"])
        return []

    def redo(self, labeller: str) -> list[Decision]:
        """Do again what was last taken back; give the new decisions, empty if there is nothing."""
        with transaction(self._db):
            while (found := self._top(labeller, "undone", "ASC")) is not None:
                standing = self._standing(found["id"])
                self._db.execute("UPDATE step SET state = 'dead' WHERE id = ?", (found["id"],))
                if standing:
                    step = self._add_step(Kind(found["kind"]), labeller, found["place"])
                    self._add_decisions(step, [self._again(decision.choice) for decision in standing])
                    return self.of_step(step)
        return []

    def can_undo(self, labeller: str) -> bool:
        """Tell whether there is a step to take back."""
        return self._top(labeller, "live", "DESC") is not None

    def can_redo(self, labeller: str) -> bool:
        """Tell whether there is a step to do again."""
        return self._top(labeller, "undone", "ASC") is not None

    def of_step(self, step: int) -> list[Decision]:
        """Give a step's decisions in their order."""
        return self._decisions("WHERE decision.step = ? ORDER BY decision.seq", (step,))

    def recent(self, limit: int, labeller: str | None = None, *, standing: bool = False) -> list[Decision]:
        """Give the newest decisions, newest first; with ``standing``, only those that were not taken back."""
        where = "WHERE (:who IS NULL OR step.labeller = :who) AND (:any OR step.state = 'live')"
        return self._decisions(
            f"{where} ORDER BY decision.seq DESC LIMIT :limit", {"who": labeller, "any": not standing, "limit": limit}
        )

    def of_image(self, name: str) -> list[Decision]:
        """Give all decisions on one image, oldest first."""
        return self._decisions("WHERE decision.name = ? ORDER BY decision.seq", (name,))

    def get(self, ids: Sequence[str]) -> list[Decision]:
        """Give decisions by their ids, in their order."""
        found: list[Decision] = []
        for start in range(0, len(ids), 500):
            part = ids[start : start + 500]
            marks = ",".join("?" * len(part))
            found += self._decisions(f"WHERE decision.id IN ({marks}) ORDER BY decision.seq", tuple(part))
        return found

    def in_state(self, *states: State) -> list[Decision]:
        """Give the decisions in some states, oldest first."""
        marks = ",".join("?" * len(states))
        return self._decisions(f"WHERE decision.state IN ({marks}) ORDER BY decision.seq", states)

    def waiting(self) -> int:
        """Count the decisions that are not delivered yet."""
        return int(self._rows(f"SELECT count(*) FROM decision WHERE state IN {_OPEN}")[0][0])

    def unfinished(self) -> list[int]:
        """Give the places of the decisions that are not delivered yet, oldest first."""
        return [row["seq"] for row in self._rows(f"SELECT seq FROM decision WHERE state IN {_OPEN} ORDER BY seq")]

    def after(self, place: int) -> list[int]:
        """Give the places of the decisions recorded after one, oldest first."""
        return [row["seq"] for row in self._rows("SELECT seq FROM decision WHERE seq > ? ORDER BY seq", (place,))]

    def ended(self, places: Iterable[int]) -> dict[int, Decision]:
        """Give those of some decisions, by their places, that are delivered, failed or cancelled."""
        found = self._rows(
            f"{_SELECT} WHERE decision.seq IN (SELECT value FROM json_each(?)) AND decision.state NOT IN {_OPEN}"
            " ORDER BY decision.seq",
            (json.dumps(list(places)),),
        )
        return {row["seq"]: _decision(row) for row in found}

    def added(self, place: int = 0) -> tuple[list[str], int]:
        """Give the ids of the decisions recorded after a place in the journal, and the place after them."""
        found = self._rows("SELECT id, seq FROM decision WHERE seq > ? ORDER BY seq", (place,))
        return [row["id"] for row in found], found[-1]["seq"] if found else place

    def end(self) -> int:
        """Give the place after all that is recorded."""
        return int(self._rows("SELECT coalesce(max(seq), 0) FROM decision")[0][0])

    def conflicts(self) -> int:
        """Count the images whose last move, of those not cancelled, ended in a conflict."""
        query = """SELECT count(*) FROM decision WHERE state = 'conflict' AND NOT EXISTS (
            SELECT 1 FROM decision AS later WHERE later.name = decision.name AND later.seq > decision.seq
            AND later.source <> later.target AND later.state <> 'cancelled')"""
        return int(self._rows(query)[0][0])

    def moved(self, since_ms: int) -> int:
        """Count the moves decided since a moment that are done."""
        query = """SELECT count(*) FROM step JOIN decision ON decision.step = step.id
            WHERE step.at_ms >= ? AND decision.state = 'done' AND decision.source <> decision.target"""
        return int(self._rows(query, (since_ms,))[0][0])

    def labelled(self, labeller: str, since_ms: int) -> dict[str, int]:
        """Count by class the images that somebody labelled since a moment, each by their last label that stands."""
        query = """SELECT decision.name, decision.target FROM step JOIN decision ON decision.step = step.id
            WHERE step.labeller = ? AND step.at_ms >= ? AND step.state = 'live' AND step.kind IN ('label', 'confirm')
            AND decision.state NOT IN ('lost', 'conflict') ORDER BY decision.seq"""
        last = {row["name"]: locate(row["target"]) for row in self._rows(query, (labeller, since_ms))}
        return dict(Counter(place.cls for place in last.values() if place is not None and place.cls is not None))

    def overlay(self) -> dict[str, str]:
        """Give where each image with unfinished decisions will lie: name → key."""
        planned = self._rows(f"SELECT name, target FROM decision WHERE state IN {_OPEN} ORDER BY seq")
        return {row["name"]: row["target"] for row in planned}

    def unsure(self) -> set[str]:
        """Give the names of the images of which the last word in force, whoever said it, is that somebody was unsure."""
        query = """SELECT decision.name FROM step CROSS JOIN decision ON decision.step = step.id
            WHERE step.kind = 'unsure' AND step.state = 'live' AND NOT EXISTS (
                SELECT 1 FROM decision AS later JOIN step AS word ON word.id = later.step
                WHERE later.name = decision.name AND later.seq > decision.seq
                AND word.state = 'live' AND later.state NOT IN ('lost', 'conflict'))"""
        return {row["name"] for row in self._rows(query)}

    def deliverable(self, limit: int, after: Sequence[str] = ()) -> list[Decision]:
        """Give the oldest unfinished decision of each image, without those of the images named in ``after``."""
        first = self._decisions(
            f"""WHERE decision.state IN {_OPEN} AND NOT EXISTS (
                SELECT 1 FROM decision AS earlier
                WHERE earlier.name = decision.name AND earlier.seq < decision.seq AND earlier.state IN {_OPEN})
                ORDER BY decision.seq LIMIT ?""",
            (limit + len(after),),
        )
        skipped = set(after)
        return [decision for decision in first if decision.choice.name not in skipped][:limit]

    def begin(self, decisions: Iterable[Decision]) -> list[Decision]:
        """Commit decisions to ``moving`` before their first request; give those that were not cancelled meanwhile."""
        begun = []
        with transaction(self._db):
            for decision in decisions:
                changed = self._db.execute(
                    "UPDATE decision SET state = 'moving' WHERE id = ? AND state IN ('planned', 'moving')", (decision.id,)
                ).rowcount
                if changed:
                    begun.append(decision)
        return begun

    def source_etag(self, decision: Decision) -> str | None:
        """Give the ETag that the source must have; None if the decision that should have left it there did not."""
        if decision.choice.source_etag:
            return decision.choice.source_etag
        leaving = [one for one in self._moves(decision.choice.name, decision) if one.choice.target == decision.choice.source]
        return leaving[-1].etag if leaving and leaving[-1].state is State.DONE else None

    def finish(self, ended: Iterable[Ended]) -> None:
        """Write how moves ended."""
        with transaction(self._db):
            self._db.executemany(
                "UPDATE decision SET state = ?, etag = ?, winner = ?, whereabouts = ? WHERE id = ? AND state = 'moving'",
                [(end.state, end.etag, end.winner, end.whereabouts, end.id) for end in ended],
            )

    def seal(self, limit: int, older_than_ms: int) -> list[tuple[str, str, str]]:
        """Gather ended decisions that no history segment tells of; give all unwritten segments: id, labeller, UTC day.

        A labeller's decisions of a day become a segment once there are ``limit`` of them, or all of them, in segments of at
        most ``limit``, once one is as old as ``older_than_ms`` (the present time seals whatever has ended).
        """
        with transaction(self._db):
            groups = self._db.execute(
                f"""SELECT step.labeller, date(step.at_ms / 1000, 'unixepoch') AS day, count(*) AS n, min(step.at_ms) AS oldest
                    FROM decision JOIN step ON step.id = decision.step
                    WHERE decision.segment IS NULL AND decision.state IN {_TOLD} GROUP BY 1, 2"""
            ).fetchall()
            for group in groups:
                due = group["n"] if group["oldest"] <= older_than_ms else group["n"] // limit * limit
                for _start in range(0, due, limit):
                    self._seal(group["labeller"], group["day"], limit)
        unwritten = self._rows("SELECT id, labeller, day FROM segment WHERE written = 0 ORDER BY rowid")
        return [(row["id"], row["labeller"], row["day"]) for row in unwritten]

    def in_segment(self, segment: str) -> list[Decision]:
        """Give the decisions that a segment tells of."""
        return self._decisions("WHERE decision.segment = ? ORDER BY decision.seq", (segment,))

    def written(self, segment: str) -> None:
        """Note that a segment is in the bucket."""
        with transaction(self._db):
            self._db.execute("UPDATE segment SET written = 1 WHERE id = ?", (segment,))

    def _seal(self, labeller: str, day: str, limit: int) -> None:
        segment = self._new_id()
        self._db.execute("INSERT INTO segment VALUES (?, ?, ?, 0)", (segment, labeller, day))
        self._db.execute(
            f"""UPDATE decision SET segment = ? WHERE seq IN (
                SELECT decision.seq FROM decision JOIN step ON step.id = decision.step
                WHERE decision.segment IS NULL AND decision.state IN {_TOLD} AND step.labeller = ?
                AND date(step.at_ms / 1000, 'unixepoch') = ? ORDER BY decision.seq LIMIT ?)""",
            (segment, labeller, day, limit),
        )

    def _top(self, labeller: str, state: str, order: str) -> sqlite3.Row | None:
        query = f"SELECT id, kind, place FROM step WHERE labeller = ? AND state = ? ORDER BY place {order} LIMIT 1"
        return next(iter(self._rows(query, (labeller, state))), None)

    def _standing(self, step: int) -> list[Decision]:
        """Give a step's decisions that moved something, or still may."""
        return [decision for decision in self.of_step(step) if not decision.state.failed]

    def _add_step(self, kind: Kind, labeller: str, place: int | None) -> int:
        state = "dead" if kind is Kind.UNDO else "live"
        cursor = self._db.execute(
            "INSERT INTO step (kind, labeller, at_ms, place, state) VALUES (?, ?, ?, ?, ?)",
            (kind, labeller, self._now_ms(), place, state),
        )
        step = int(cursor.lastrowid or 0)
        if place is None and kind is not Kind.UNDO:
            self._db.execute("UPDATE step SET place = id WHERE id = ?", (step,))
        return step

    def _add_decisions(self, step: int, choices: Iterable[Choice]) -> None:
        self._db.executemany(
            """INSERT INTO decision (id, step, name, source, source_etag, target, blind, suggestion, model, state)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            [
                (
                    self._new_id(), step, one.name, one.source, one.source_etag, one.target, one.blind, one.suggestion, one.model,
                    State.PLANNED if one.moves else State.DONE,
                )
                for one in choices
            ],
        )  # fmt: skip

    def _take_back(self, standing: Iterable[Decision], labeller: str) -> None:
        back = []
        for decision in standing:
            if not self._cancel(decision):
                one = decision.choice
                before = [move for move in self._moves(one.name, decision) if move.choice.target == one.source]
                blind = bool(before) and before[-1].choice.blind  # a label that comes back is as blind as it was given
                back.append(Choice(one.name, one.target, self._left_etag(one.name, one.target) or "", one.source, blind))
        if back:
            self._add_decisions(self._add_step(Kind.UNDO, labeller, None), back)

    def _cancel(self, decision: Decision) -> bool:
        """Cancel what has not begun; not what a later decision (another labeller's) builds on."""
        query = f"""UPDATE decision SET state = 'cancelled' WHERE id = ? AND state = 'planned' AND NOT EXISTS (
            SELECT 1 FROM decision AS later WHERE later.name = decision.name AND later.seq > decision.seq
            AND later.state IN {_OPEN})"""
        return self._db.execute(query, (decision.id,)).rowcount == 1

    def _again(self, choice: Choice) -> Choice:
        """Give a choice once more, from where its undoing leaves the image."""
        etag = self._left_etag(choice.name, choice.source)
        return choice if etag is None else replace(choice, source_etag=etag)

    def _left_etag(self, name: str, key: str) -> str | None:
        """Give the ETag that our last move of an image leaves at a key, empty if it is not over; None if none led there."""
        moves = [move for move in self._moves(name) if not move.state.failed]
        return moves[-1].etag if moves and moves[-1].choice.target == key else None

    def _moves(self, name: str, before: Decision | None = None) -> list[Decision]:
        """Give the decisions that moved an image, failed to or still may, oldest first (those before another one)."""
        decisions = takewhile(lambda one: before is None or one.id != before.id, self.of_image(name))
        return [one for one in decisions if one.choice.moves and one.state is not State.CANCELLED]

    def _decisions(self, where: str, arguments: Arguments = ()) -> list[Decision]:
        return [_decision(row) for row in self._rows(_SELECT + where, arguments)]

    def _rows(self, query: str, arguments: Arguments = ()) -> list[sqlite3.Row]:
        return rows(self._db, query, arguments)


_OPEN = "('planned', 'moving')"
_TOLD = "('done', 'lost', 'conflict')"


def _decision(row: sqlite3.Row) -> Decision:
    choice = Choice(
        row["name"], row["source"], row["source_etag"], row["target"], bool(row["blind"]), row["suggestion"], row["model"]
    )
    return Decision(
        row["id"], row["step"], Kind(row["kind"]), row["labeller"], row["at_ms"], choice, State(row["state"]),
        row["etag"], row["winner"], row["whereabouts"],
    )  # fmt: skip
