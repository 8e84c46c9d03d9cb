"""The place of a bucket in a folder: where a key's file stands, the store's own corner ``.sortloop``, and its lock."""

import contextlib
import os
from collections.abc import Iterator
from errno import EACCES, ELOOP, ENOENT, EPERM, EROFS
from pathlib import Path

import filelock

from edge.contract.keys import BadKey, check_key
from edge.disk import make_folder

PRIVATE = ".sortloop"
LOCK_TIMEOUT_S = 10.0
_LOCK_POLL_S = 0.002


class FolderError(Exception):
    """Why nothing was done; what the file system itself says stays an OSError."""

    def __init__(self, key: str, reason: str = "") -> None:
        super().__init__(f"{key}: {reason}" if reason else key)
        self.key = key


class Missing(FolderError):
    """There is no file of this key."""


class Refused(FolderError):
    """A condition does not hold; nothing was changed."""


class Busy(FolderError):
    """Another program holds the folder's lock."""


class Site:
    """A folder and the corner of it that is the store's own."""

    def __init__(self, root: Path, lock_timeout_s: float = LOCK_TIMEOUT_S) -> None:
        self.root = Path(os.path.abspath(root))
        self.private = self.root / PRIVATE
        self.meta = self.private / "meta"
        self.tmp = self.private / "tmp"
        self._filelock = filelock.FileLock(self.private / "lock")
        self._lock_timeout_s = lock_timeout_s
        self._seen = False

    def path(self, key: str) -> str:
        """Give the place of a key's file.

        Raises:
            BadKey: not fit for a key, or below ``.sortloop``. OSError: a folder on the way is a link.
        """
        *folders, name = check_key(key).split("/")
        if (folders or [name])[0].casefold() == PRIVATE:
            raise BadKey(f"{key[:80]!r}: {PRIVATE} is the store's own")
        path = str(self.root)
        for folder in folders:
            path = f"{path}/{folder}"
            if os.path.islink(path):
                raise OSError(ELOOP, "a link is not followed", path)
        return f"{path}/{name}"

    def arrive(self) -> None:
        """Make the folder at first sight, if the one it lies in is there; once seen, its absence is trouble."""
        if self._seen:
            if not self.private.is_dir():
                raise FileNotFoundError(ENOENT, os.strerror(ENOENT), str(self.root))
            return
        with contextlib.suppress(FileExistsError):
            self.root.mkdir()
        for folder in (self.meta, self.tmp):
            make_folder(str(folder))
        self._seen = True

    def arrive_to_read(self) -> None:
        """The same, but a folder that may only be read is good enough."""
        try:
            self.arrive()
        except OSError as error:
            if error.errno not in (EACCES, EPERM, EROFS) or not self.root.is_dir():
                raise

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the folder's lock.

        Raises:
            Busy: another program has held it all the while.
        """
        try:
            lock = self._filelock.acquire(timeout=self._lock_timeout_s, poll_interval=_LOCK_POLL_S)
        except filelock.Timeout as error:
            raise Busy(str(self.root), f"another program has held the lock for {self._lock_timeout_s:g} s") from error
        with lock:
            yield
