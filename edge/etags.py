"""What is known of files' contents: one SQLite file, read in batches, that may be deleted, damaged or missing at any time."""

import contextlib
import logging
import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Sequence
from pathlib import Path

from edge.disk import hash_file

BATCH = 512
"""Files looked up in one question."""

YOUNG_NS = 2_000_000_000
"""A file touched this lately may be written again without a new time (FAT counts in two seconds): it is not remembered."""

_log = logging.getLogger(__name__)

_SCHEMA = "CREATE TABLE IF NOT EXISTS etag (inode INTEGER PRIMARY KEY, size INTEGER, mtime_ns INTEGER, sha256 BLOB)"
_WRITE = "INSERT OR REPLACE INTO etag VALUES (?, ?, ?, ?)"
_READ = "SELECT inode, size, mtime_ns, sha256 FROM etag WHERE inode IN ({})"
_READ_ONE = _READ.format("?")
_READ_BATCH = _READ.format(",".join("?" * BATCH))


Found = tuple[str | bytes, os.stat_result]
"""A file's path and its state as it was just seen."""

Identity = tuple[int, int, int]
"""A file's inode, size in bytes and time of its last change in nanoseconds."""


class Etags:
    """Contents' sha256 by (inode, size, mtime), shared between processes; a rename by hand keeps them all."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._guard = threading.Lock()
        self._db: sqlite3.Connection | None = None

    def of(self, files: Sequence[Found], *, skip_unreadable: bool = False) -> list[tuple[os.stat_result, str] | None]:
        """Give state and ETag of at most ``BATCH`` files, from memory or by reading them; None for one that is gone.

        Raises:
            PermissionError: one may not be read, unless these are skipped too.
        """
        known = self._find([state for _, state in files])
        fresh: list[tuple[os.stat_result, str]] = []
        found: list[tuple[os.stat_result, str] | None] = []
        for path, state in files:
            etag = known.get(_identity(state))
            if etag is not None:
                found.append((state, etag))
                continue
            try:
                now, etag, steady = hash_file(path)
            except FileNotFoundError:
                found.append(None)
            except PermissionError as error:
                if not skip_unreadable:
                    raise
                _log.warning("left out, since it may not be read: %s", error)
                found.append(None)
            else:
                found.append((now, etag))
                if steady and abs(time.time_ns() - now.st_mtime_ns) > YOUNG_NS:
                    fresh.append((now, etag))
        self.remember(fresh)
        return found

    def remember(self, contents: Sequence[tuple[os.stat_result, str]]) -> None:
        """Keep the ETags of files; where that cannot be done, they are read again another time."""
        if not contents:
            return
        rows = [(*_identity(state), bytes.fromhex(etag)) for state, etag in contents]
        with self._guard:
            try:
                with self._open() as db:
                    db.executemany(_WRITE, rows)
            except sqlite3.Error as error:
                self._give_up(error)

    def _find(self, states: Sequence[os.stat_result]) -> dict[Identity, str]:
        """Give the ETags remembered of these files, or of what had their inodes before."""
        inodes = [_identity(state)[0] for state in states]
        rows = self._ask(_READ_ONE, inodes) if len(inodes) == 1 else self._ask(_READ_BATCH, inodes + [-1] * (BATCH - len(inodes)))
        return {(inode, size, mtime_ns): sha256.hex() for inode, size, mtime_ns, sha256 in rows}

    def _ask(self, question: str, inodes: list[int]) -> list[tuple[int, int, int, bytes]]:
        with self._guard:
            try:
                return self._open().execute(question, inodes).fetchall()
            except sqlite3.Error as error:
                self._give_up(error)
                return []

    def _open(self) -> sqlite3.Connection:
        if self._db is None:
            db = sqlite3.connect(self._path, timeout=1, check_same_thread=False)
            self._db = db
            weakref.finalize(self, db.close)
            # It is a cache: a power cut may damage it, and then it is thrown away.
            db.execute("PRAGMA synchronous = OFF")
            db.execute("PRAGMA journal_mode = TRUNCATE")
            db.execute(_SCHEMA)
        return self._db

    def _give_up(self, error: sqlite3.Error) -> None:
        """Go on without; a damaged file is removed, so that the next question begins a new one."""
        if self._db is not None:
            self._db.close()
            self._db = None
        if isinstance(error, sqlite3.OperationalError):  # busy, read-only, no space: its content is sound
            _log.debug("etag cache left aside: %s", error)
            return
        _log.info("etag cache damaged, begun anew: %s", error)
        for suffix in ("", "-journal"):
            with contextlib.suppress(OSError):
                Path(f"{self._path}{suffix}").unlink()


def _identity(state: os.stat_result) -> Identity:
    """Give what tells a file's content from another one, the inode's number as SQLite can hold it."""
    return state.st_ino & (1 << 63) - 1, state.st_size, state.st_mtime_ns
