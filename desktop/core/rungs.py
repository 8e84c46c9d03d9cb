"""Small pictures for the screen, as JPEGs of a few sizes, in one file: to make a file for each takes longer than to shrink it.

Nothing here is needed: what cannot be read is as good as not there, what cannot be kept is made again.
"""

import sqlite3
import time
from contextlib import suppress
from pathlib import Path

from desktop.core.database import connect, rows, transaction, translated
from desktop.core.errors import AppError, ConfigError

_SCHEMA_1 = """
CREATE TABLE rung (
    number INTEGER PRIMARY KEY,
    digest TEXT NOT NULL,
    size INTEGER NOT NULL,
    kept_ms INTEGER NOT NULL,
    jpeg BLOB NOT NULL,
    UNIQUE (digest, size)
)"""
_FRESH_MS = 3_600_000
"""What is used later than that is kept anew, which puts it last among those to go."""
_LOOK = 256
"""Pictures kept between two looks at how large the file is."""


class Rungs:
    """The file; an instance serves one thread, and several may use the same file."""

    def __init__(self, path: Path, limit_bytes: int) -> None:
        self._path = path
        self._limit_bytes = limit_bytes
        self._db: sqlite3.Connection | None = None
        self._unlooked = _LOOK

    def get(self, digest: str, size: int) -> bytes | None:
        """Give what is kept of a picture at a size; None if nothing is."""
        try:
            found = rows(self._opened(), "SELECT kept_ms, jpeg FROM rung WHERE digest = ? AND size = ?", (digest, size))
        except AppError as error:
            self._give_up(error)
            return None
        if not found:
            return None
        jpeg: bytes = found[0]["jpeg"]
        if not 0 <= _now_ms() - found[0]["kept_ms"] <= _FRESH_MS:
            self.put(digest, size, jpeg)
        return jpeg

    def put(self, digest: str, size: int, jpeg: bytes) -> None:
        """Keep a picture at a size; the least recently used make room."""
        try:
            rows(self._opened(), "INSERT OR REPLACE INTO rung VALUES (NULL, ?, ?, ?, ?)", (digest, size, _now_ms(), jpeg))
            self._unlooked += 1
            if self._unlooked >= _LOOK:
                self._unlooked = 0
                self._make_room(self._opened())
        except AppError as error:
            self._give_up(error)

    def forget(self, digest: str) -> None:
        """Remove a picture at all sizes."""
        if self._path.exists():
            db = self._opened()
            with translated(self._path):
                db.execute("PRAGMA secure_delete = ON")  # its bytes go, too
            with transaction(db):
                db.execute("DELETE FROM rung WHERE digest = ?", (digest,))

    def size_bytes(self) -> int:
        """Give how large the file is."""
        try:
            return self._path.stat().st_size
        except OSError:
            return 0

    def close(self) -> None:
        """Let the file go."""
        if self._db is not None:
            self._db.close()
            self._db = None

    def _opened(self) -> sqlite3.Connection:
        if self._db is None:
            self._db = connect(self._path, (_SCHEMA_1,), synchronous="NORMAL")
        return self._db

    def _make_room(self, db: sqlite3.Connection) -> None:
        """Delete the tenth that was kept first once the file is full; the file keeps its size and takes new ones."""
        pages, free, page_bytes = (
            int(rows(db, f"PRAGMA {name}")[0][0]) for name in ("page_count", "freelist_count", "page_size")
        )
        if (pages - free) * page_bytes > self._limit_bytes:
            with transaction(db):
                db.execute(
                    """DELETE FROM rung WHERE number IN (
                       SELECT number FROM rung ORDER BY number LIMIT (SELECT count(*) / 10 + 1 FROM rung))"""
                )

    def _give_up(self, error: AppError) -> None:
        """Begin a new file where this one is damaged, or of another version."""
        if isinstance(error, ConfigError):
            self.close()
            for suffix in ("", "-wal", "-shm"):
                with suppress(OSError):
                    self._path.with_name(self._path.name + suffix).unlink()


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
