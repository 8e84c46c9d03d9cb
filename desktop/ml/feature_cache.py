"""What networks saw in pictures, kept by digest: one SQLite file that any process may use and anybody may delete."""

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from desktop.core.database import connect, transaction, translated
from desktop.core.errors import ConfigError

T = TypeVar("T")
Row = NDArray[np.float16]

_SCHEMA_1 = """
CREATE TABLE space (
    id INTEGER PRIMARY KEY,
    network TEXT NOT NULL,
    preprocessing TEXT NOT NULL,
    widths TEXT NOT NULL,
    UNIQUE (network, preprocessing)
);
CREATE TABLE row (
    space INTEGER NOT NULL REFERENCES space,
    sha256 BLOB NOT NULL,
    numbers BLOB NOT NULL,
    PRIMARY KEY (space, sha256)
)"""
_MIGRATIONS = (_SCHEMA_1,)
_CHUNK = 500
"""Digests a question; SQLite's limit was 999 for long."""
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


@dataclass(frozen=True, slots=True)
class Space:
    """Whose numbers they are; those of two spaces have nothing to do with each other."""

    network: str
    """The digest of the network's file."""
    preprocessing: str
    """The digest of ``edge.contract.bundle.Preprocessing``."""


class FeatureCache:
    """Rows of half-precision numbers: all outputs of a network for one picture, one after the other.

    A program may be killed at any time; what was being written is then missing. A damaged file is begun anew.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "features.sqlite"
        self._connection: sqlite3.Connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let the file go; it is opened again when needed."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def widths(self, space: Space) -> dict[str, int] | None:
        """Give how many numbers each output has, in the order of the row; None for a space without rows."""
        found = self._with_file(lambda db: _find(db, space))
        return None if found is None else dict(json.loads(found["widths"]))

    def read(self, space: Space, digests: Sequence[str]) -> dict[str, Row]:
        """Give the rows that are there, by the picture's sha256."""
        return self._with_file(lambda db: _read(db, space, digests))

    def write(self, space: Space, widths: Mapping[str, int], rows: Mapping[str, Row]) -> None:
        """Keep rows; one that is there already stays as it is."""
        self._with_file(lambda db: _write(db, space, widths, rows))

    def _with_file(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return self._attempt(work)
        except ConfigError as error:
            if getattr(error.__cause__, "sqlite_errorcode", 0) & 0xFF not in _DAMAGED:
                raise
        self.close()
        for suffix in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
        return self._attempt(work)

    def _attempt(self, work: Callable[[sqlite3.Connection], T]) -> T:
        if self._connection is None:
            self._connection = connect(self._path, _MIGRATIONS, synchronous="NORMAL")
        with translated(self._path):
            return work(self._connection)


def _find(db: sqlite3.Connection, space: Space) -> sqlite3.Row | None:
    query = "SELECT id, widths FROM space WHERE network = ? AND preprocessing = ?"
    found: sqlite3.Row | None = db.execute(query, (space.network, space.preprocessing)).fetchone()
    return found


def _read(db: sqlite3.Connection, space: Space, digests: Sequence[str]) -> dict[str, Row]:
    found = _find(db, space)
    if found is None:
        return {}
    rows = {}
    for start in range(0, len(digests), _CHUNK):
        wanted = [bytes.fromhex(digest) for digest in digests[start : start + _CHUNK]]
        marks = ",".join("?" * len(wanted))
        query = f"SELECT sha256, numbers FROM row WHERE space = ? AND sha256 IN ({marks})"  # noqa: S608 - marks alone
        for digest, numbers in db.execute(query, (found["id"], *wanted)):
            rows[digest.hex()] = np.frombuffer(numbers, np.float16)
    return rows


def _write(db: sqlite3.Connection, space: Space, widths: Mapping[str, int], rows: Mapping[str, Row]) -> None:
    with transaction(db):
        db.execute(
            "INSERT OR IGNORE INTO space (network, preprocessing, widths) VALUES (?, ?, ?)",
            (space.network, space.preprocessing, json.dumps(dict(widths))),
        )
        found = _find(db, space)
        assert found is not None  # noqa: S101 - inserted above, in the same transaction
        db.executemany(
            "INSERT OR IGNORE INTO row (space, sha256, numbers) VALUES (?, ?, ?)",
            [(found["id"], bytes.fromhex(digest), row.astype(np.float16).tobytes()) for digest, row in rows.items()],
        )
