"""The index of what the bucket holds, in SQLite. A cache: it may be deleted, and a sync builds it again.

``object`` mirrors the bucket's listing. ``content`` holds what a look at the bytes told (digest, fingerprints, what the
device wrote), by name and ETag, so that it survives a move. ``label`` holds what the last move of ours wrote.
``prediction`` holds one answer an image content and model.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from desktop.core.database import Arguments, connect, rows, transaction
from desktop.core.images import Image, Prediction, image_of
from desktop.core.ports import Listed
from edge.contract.keys import Area, locate

_SCHEMA_1 = """
CREATE TABLE object (
    key TEXT PRIMARY KEY,
    etag TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    modified_ms INTEGER NOT NULL,
    area TEXT,
    cls TEXT,
    name TEXT NOT NULL,
    moved_ms INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX object_area ON object (area, cls);
CREATE INDEX object_name ON object (name);
CREATE TABLE content (
    name TEXT NOT NULL,
    etag TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    dhash INTEGER,
    phash INTEGER,
    problem TEXT,
    reason TEXT,
    probability REAL,
    PRIMARY KEY (name, etag)
) WITHOUT ROWID;
CREATE INDEX content_sha256 ON content (sha256);
CREATE TABLE label (
    key TEXT NOT NULL,
    etag TEXT NOT NULL,
    modified_ms INTEGER NOT NULL,
    decision TEXT,
    labeller TEXT,
    labelled_ms INTEGER,
    blind INTEGER,
    PRIMARY KEY (key, etag, modified_ms)
) WITHOUT ROWID;
CREATE TABLE prediction (
    sha256 TEXT NOT NULL,
    model TEXT NOT NULL,
    scores TEXT NOT NULL,
    PRIMARY KEY (model, sha256)
) WITHOUT ROWID;
CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID"""

_PAGE = 5000


@dataclass(frozen=True, slots=True)
class Content:
    """What a look at an image's bytes told."""

    sha256: str
    dhash: int | None = None
    phash: int | None = None
    problem: str | None = None
    """Why it cannot be decoded."""
    reason: str | None = None
    """Why the device sent it."""
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class Label:
    """What the last label move wrote; all None where the picture was moved by other means."""

    decision: str | None = None
    labeller: str | None = None
    labelled_ms: int | None = None
    blind: bool | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """An image with all that is known of it; ``content`` and ``label`` are None until its bytes were seen."""

    image: Image
    content: Content | None
    label: Label | None


@dataclass(frozen=True, slots=True)
class Relocation:
    """A move of our own, done."""

    source: str
    target: str
    etag: str
    modified_ms: int
    label: Label


class Catalog:
    """One plant's catalog on this computer; an instance serves one thread."""

    def __init__(self, path: Path) -> None:
        self._db = connect(path, (_SCHEMA_1,), synchronous="NORMAL")

    def close(self) -> None:
        """Let the file go."""
        self._db.close()

    def listing(self, prefix: str) -> Iterator[Listed]:
        """Give the objects below a prefix as last seen, in the order of their keys' bytes."""
        end = prefix[:-1] + chr(ord(prefix[-1]) + 1)
        query = f"""SELECT key, etag, size_bytes, modified_ms FROM object
            WHERE key > ? AND key < ? ORDER BY key LIMIT {_PAGE}"""
        page = self._rows(query, (prefix, end))
        while page:  # a page at a time: a statement left open would keep this very connection from writing
            yield from (Listed(*row) for row in page)
            page = self._rows(query, (page[-1]["key"], end))

    def apply(self, seen: Iterable[Listed], gone: Iterable[str], listed_ms: int) -> None:
        """Take in what a listing begun at ``listed_ms`` found new, changed or gone; what we moved since is left alone."""
        with transaction(self._db):
            self._db.executemany("DELETE FROM object WHERE key = ? AND moved_ms < ?", [(key, listed_ms) for key in gone])
            self._db.executemany(
                """INSERT INTO object (key, etag, size_bytes, modified_ms, area, cls, name) SELECT ?, ?, ?, ?, ?, ?, ?
                   WHERE NOT EXISTS (SELECT 1 FROM object WHERE name = ? AND moved_ms >= ?)
                   ON CONFLICT (key) DO UPDATE SET etag = excluded.etag, size_bytes = excluded.size_bytes,
                   modified_ms = excluded.modified_ms""",
                [(*(row := _object_row(listed)), row[-1], listed_ms) for listed in seen],
            )

    def relocate(self, moves: Iterable[Relocation], now_ms: int) -> None:
        """Take in moves of our own."""
        with transaction(self._db):
            for move in moves:
                size = self._db.execute("SELECT max(size_bytes) FROM object WHERE key IN (?, ?)", (move.source, move.target))
                listed = Listed(move.target, move.etag, size.fetchone()[0] or 0, move.modified_ms)
                self._db.execute("DELETE FROM object WHERE key = ?", (move.source,))
                self._db.execute("INSERT OR REPLACE INTO object VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*_object_row(listed), now_ms))
                self._put_label(listed, move.label)

    def learn(self, listed: Listed, content: Content, label: Label) -> None:
        """Keep what a look at an image's bytes and metadata told."""
        place = locate(listed.key)
        name = place.name if place else listed.key
        with transaction(self._db):
            self._db.execute(
                "INSERT OR REPLACE INTO content VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    name, listed.etag, content.sha256, _signed(content.dhash), _signed(content.phash), content.problem,
                    content.reason, content.probability,
                ),
            )  # fmt: skip
            self._put_label(listed, label)

    def images(self, *areas: Area, model: str | None = None) -> list[Image]:
        """Give the images of some areas as the bucket holds them; with a model's predictions where it made some."""
        return [known.image for known in self.known(*areas, model=model)]

    def known(self, *areas: Area, model: str | None = None) -> list[Known]:
        """Give the images of some areas with all that is known of them, by key."""
        marks = ",".join("?" * len(areas))
        return self._known(f"WHERE object.area IN ({marks}) ORDER BY object.key", model, areas)

    def newest(self, area: Area, cls: str, limit: int, *, model: str | None = None) -> list[Known]:
        """Give the images of one class that lie in an area, the last that came there first."""
        where = "WHERE object.area = ? AND object.cls = ? ORDER BY object.modified_ms DESC, object.name LIMIT ?"
        return self._known(where, model, (area, cls, limit))

    def find(self, name: str, model: str | None = None) -> list[Known]:
        """Give the images of a base name (more than one is a conflict), or the one of a whole key."""
        return self._known("WHERE object.name = ? OR object.key = ?", model, (name, name))

    def image(self, name: str) -> Image | None:
        """Give the image of a base name wherever it lies, None if it is nowhere; base pictures go by their whole key."""
        return next((one.image for one in self.find(name) if one.image.area is not Area.BASE or one.image.key == name), None)

    def twins(self) -> dict[str, list[str]]:
        """Give the base names that lie in two places, with their keys; base pictures apart."""
        twins = self._rows(
            """SELECT name, key FROM object WHERE area <> 'base' AND name IN (
               SELECT name FROM object WHERE area <> 'base' GROUP BY name HAVING count(*) > 1) ORDER BY name, key"""
        )
        found: dict[str, list[str]] = {}
        for row in twins:
            found.setdefault(row["name"], []).append(row["key"])
        return found

    def counts(self) -> dict[tuple[Area, str | None], int]:
        """Count images by area and class."""
        found = self._rows("SELECT area, cls, count(*) AS n FROM object WHERE area IS NOT NULL GROUP BY area, cls")
        return {(Area(row["area"]), row["cls"]): row["n"] for row in found}

    def foreign(self) -> list[str]:
        """Give the keys that are no image of the loop; they are shown and never touched."""
        return [row["key"] for row in self._rows("SELECT key FROM object WHERE area IS NULL ORDER BY key")]

    def remember(self, model: str, scores: Mapping[str, Sequence[tuple[str, float]]]) -> None:
        """Keep a model's answers: image sha256 → classes with probabilities, best first."""
        with transaction(self._db):
            self._db.executemany(
                "INSERT OR REPLACE INTO prediction VALUES (?, ?, ?)",
                [(sha256, model, json.dumps(best)) for sha256, best in scores.items()],
            )

    def scores(self, image: Image, model: str) -> list[tuple[str, float]]:
        """Give a model's answer for an image, classes with probabilities, best first; empty if it gave none."""
        query = """SELECT prediction.scores FROM content JOIN prediction ON prediction.sha256 = content.sha256
            WHERE content.name = ? AND content.etag = ? AND prediction.model = ?"""
        found = self._rows(query, (image.name, image.etag, model))
        return [(cls, probability) for cls, probability in json.loads(found[0]["scores"])] if found else []

    def fact(self, name: str) -> str | None:
        """Give a small remembered text."""
        found = self._rows("SELECT value FROM fact WHERE name = ?", (name,))
        return str(found[0]["value"]) if found else None

    def set_fact(self, name: str, value: str) -> None:
        """Remember a small text."""
        with transaction(self._db):
            self._db.execute("INSERT OR REPLACE INTO fact VALUES (?, ?)", (name, value))

    def _rows(self, query: str, arguments: Arguments = ()) -> list[sqlite3.Row]:
        return rows(self._db, query, arguments)

    def _put_label(self, listed: Listed, label: Label) -> None:
        self._db.execute("DELETE FROM label WHERE key = ?", (listed.key,))
        self._db.execute(
            "INSERT INTO label VALUES (?, ?, ?, ?, ?, ?, ?)",
            (listed.key, listed.etag, listed.modified_ms, label.decision, label.labeller, label.labelled_ms, label.blind),
        )

    def _known(self, where: str, model: str | None, arguments: Sequence[object]) -> list[Known]:
        found = self._rows(
            f"""SELECT object.*, content.sha256, content.dhash, content.phash, content.problem, content.reason,
                content.probability, label.key AS labelled, label.decision, label.labeller, label.labelled_ms, label.blind,
                prediction.scores
                FROM object
                LEFT JOIN content ON content.name = object.name AND content.etag = object.etag
                LEFT JOIN label ON label.key = object.key AND label.etag = object.etag
                    AND label.modified_ms = object.modified_ms
                LEFT JOIN prediction ON prediction.sha256 = content.sha256 AND prediction.model = ?
                {where}""",
            (model or "", *arguments),
        )
        return [known for row in found if (known := _known(row, model)) is not None]


def _object_row(listed: Listed) -> tuple[object, ...]:
    place = locate(listed.key)
    area, cls, name = (place.area, place.cls, place.name) if place else (None, None, listed.key)
    return listed.key, listed.etag, listed.size_bytes, listed.modified_ms, area, cls, name


def _known(row: sqlite3.Row, model: str | None) -> Known | None:
    image = image_of(row["key"], row["etag"], row["size_bytes"], row["modified_ms"])
    if image is None:
        return None
    content = label = None
    if row["sha256"] is not None:
        content = Content(
            row["sha256"], _unsigned(row["dhash"]), _unsigned(row["phash"]), row["problem"], row["reason"], row["probability"]
        )
        image = replace(image, dhash=content.dhash)
    if row["labelled"] is not None:
        blind = None if row["blind"] is None else bool(row["blind"])
        label = Label(row["decision"], row["labeller"], row["labelled_ms"], blind)
    if row["scores"] is not None:
        image = replace(image, prediction=_prediction(json.loads(row["scores"]), model))
    return Known(image, content, label)


def _prediction(scores: list[tuple[str, float]], model: str | None) -> Prediction:
    (first, best), second = scores[0], scores[1][1] if len(scores) > 1 else 0.0
    return Prediction(first, best, best - second, model)


def _signed(number: int | None) -> int | None:
    """SQLite's integers are signed; fingerprints are not."""
    return number - (1 << 64) if number is not None and number >= 1 << 63 else number


def _unsigned(number: int | None) -> int | None:
    return number + (1 << 64) if number is not None and number < 0 else number
