"""What lies in a folder: its files as a bucket lists them, with their contents' sha256 mostly from memory."""

import itertools
import logging
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from edge.disk import touch, walk
from edge.etags import BATCH, Etags, Found

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Entry:
    """One file as a listing gives it. Key, ETag and time together are its version."""

    key: str
    etag: str
    """The sha256 of its content."""
    size_bytes: int
    modified_ms: int
    """The file's own time; a move gives it a later one."""


class Listing:
    """The files of one folder; what lies below its top folder ``skip`` is none of them."""

    def __init__(self, root: Path, skip: str, etags: Etags) -> None:
        self._root = os.fsencode(root)
        self._skip = skip.encode()
        self._etags = etags

    def entries(self, prefix: str = "", start_after: str = "") -> Iterator[Entry]:
        """Give the files whose keys begin with ``prefix`` and come after ``start_after``, in the order of their UTF-8 bytes.

        A name that is no Unicode is no key and is left out; so is what may not be read, or is gone when its turn comes.
        """
        found = self._walk(prefix, start_after)
        while batch := list(itertools.islice(found, BATCH)):
            yield from self._entries(batch)

    def all_keys(self) -> Iterator[str]:
        """Give the keys of all files, in the order of their UTF-8 bytes."""
        for path in self._walk():
            if (key := _key(path)) is not None:
                yield key

    def look(self, key: str, path: str) -> Entry | None:
        """Give the file of a key as it lies at its place; None if no regular file does."""
        state = state_of(path)
        found = None if state is None else self._etags.of([(path, state)])[0]
        return None if found is None else entry_of(key, *found)

    def renew(self, entry: Entry, path: str) -> Entry | None:
        """Give a file a later time, so that the version it is about to become never was before; None if it has changed."""
        state = state_of(path)
        if state is None or entry_of(entry.key, state, entry.etag) != entry:
            return None
        state = touch(path, state)
        self._etags.remember([(state, entry.etag)])
        return entry_of(entry.key, state, entry.etag)

    def _walk(self, prefix: str = "", start_after: str = "") -> Iterator[bytes]:
        first, after = (text.encode(errors="surrogatepass") for text in (prefix, start_after))
        return walk(self._root, first, after, self._skip)

    def _entries(self, paths: Sequence[bytes]) -> Iterator[Entry]:
        root = self._root + b"/"
        keys: list[str] = []
        files: list[Found] = []
        for path in paths:
            if (key := _key(path)) is None:
                continue
            try:
                files.append((root + path, os.lstat(root + path)))
            except (FileNotFoundError, NotADirectoryError):
                continue
            keys.append(key)
        for key, found in zip(keys, self._etags.of(files, skip_unreadable=True), strict=True):
            if found is not None:
                yield entry_of(key, *found)


def state_of(path: str) -> os.stat_result | None:
    """Give a file's state; None if no regular file stands there."""
    try:
        state = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return state if stat.S_ISREG(state.st_mode) else None


def entry_of(key: str, state: os.stat_result, etag: str) -> Entry:
    """Give the entry of a file whose state and content are known."""
    return Entry(key, etag, state.st_size, state.st_mtime_ns // 1_000_000)


def _key(path: bytes) -> str | None:
    try:
        return path.decode()
    except UnicodeDecodeError:
        _log.info("left out, since its name is no Unicode: %r", path)
        return None
