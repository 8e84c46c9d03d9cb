"""The bucket in a folder: what the device and the desktop both do with it, safe between processes and against a power cut.

A file is an object; ``.sortloop`` beside them holds what a bucket has and a folder lacks:

    lock            held by whoever changes anything but by hand
    meta/           metadata (:mod:`edge.sidecars`)
    folders         where metadata was written
    etags.sqlite    contents' sha256 (:mod:`edge.etags`)
    tmp/            files that are being written

New bytes are synced before they get their name, and the name after. A move is one rename. Its sidecar is written before it
and synced after it, before the old sidecar goes: a power cut leaves one of the two, and the journal asks again.
"""

import contextlib
import hashlib
import itertools
import logging
import os
import stat
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from errno import EACCES, ELOOP, ENOENT, EPERM, EROFS
from pathlib import Path

import filelock

from edge.contract.keys import DISCARDED, LABELED, RAW, BadKey, check_key, key_problem
from edge.disk import link_new, open_file, remove_old, rename_new, sync, walk, write_new
from edge.etags import BATCH, Etags, Found
from edge.ports import UplinkError
from edge.sidecars import Sidecars, sidecar_name

PRIVATE = ".sortloop"
ABSENT = "*"
"""The condition "only if there is nothing yet", where an ETag would stand."""
DECISION = "decision"
"""The pair of a file's metadata that names the decision that moved it here (``edge.contract.metadata``)."""

LOCK_TIMEOUT_S = 10.0
_LOCK_POLL_S = 0.002
TEMPORARY_S = 24 * 3600
"""Age at which a temporary file is nobody's any more."""
ORPHAN_S = 7 * 24 * 3600
"""How long a sidecar that no file can use is kept: a picture may be away on somebody's stick."""

_log = logging.getLogger(__name__)


class FolderError(Exception):
    """Why nothing was done; what the file system itself says stays an OSError."""


class Missing(FolderError):
    """There is no file of this key."""


class Refused(FolderError):
    """A condition does not hold; nothing was changed."""


class Busy(FolderError):
    """Another program holds the folder's lock."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file as a listing gives it."""

    key: str
    etag: str
    """The sha256 of its content."""
    size_bytes: int
    modified_ms: int
    """The file's own time; a move keeps it."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file, whole."""

    entry: Entry
    body: bytes
    metadata: Mapping[str, str]


def _no_step(_name: str) -> None:
    """Do nothing where a test may stop the program."""


class Folder:
    """A folder as a bucket. Every method may raise OSError; keys are checked before the disk is touched (BadKey)."""

    def __init__(self, root: Path, step: Callable[[str], None] = _no_step, lock_timeout_s: float = LOCK_TIMEOUT_S) -> None:
        self.root = Path(os.path.abspath(root))
        self._private = self.root / PRIVATE
        self._tmp = self._private / "tmp"
        self._sidecars = Sidecars(self.root, self._private)
        self._etags = Etags(self._private / "etags.sqlite")
        self._filelock = filelock.FileLock(self._private / "lock")
        self._lock_timeout_s = lock_timeout_s
        self._step = step
        self._seen = False

    def list(self, prefix: str = "", start_after: str = "") -> Iterator[Entry]:
        """Give the files whose keys begin with ``prefix`` and come after ``start_after``, in the order of their UTF-8 bytes.

        Any file with a valid Unicode name is given, fit for a key or not.
        """
        self._arrive_to_read()
        found = self._walk(prefix, start_after)
        while batch := list(itertools.islice(found, BATCH)):
            yield from self._entries(batch)

    def get(self, key: str, max_bytes: int | None = None) -> StoredFile:
        """Give one file.

        Raises:
            Missing: there is none. Refused: it is larger than ``max_bytes``.
        """
        path = self._path(key)
        self._arrive_to_read()
        try:
            with open_file(path) as file:
                size_bytes = os.fstat(file.fileno()).st_size
                if max_bytes is not None and size_bytes > max_bytes:
                    raise Refused(f"{key}: {size_bytes} bytes, at most {max_bytes} are taken")
                body = file.read()
                state = os.fstat(file.fileno())
        except FileNotFoundError as error:
            raise Missing(key) from error
        etag = hashlib.sha256(body).hexdigest()
        sidecar = self._sidecars.of(key, etag)
        return StoredFile(_entry(key, state, etag), body, sidecar.metadata if sidecar else {})

    def put(self, key: str, body: bytes, *, match: str | None = None, metadata: Mapping[str, str] | None = None) -> Entry:
        """Store a file if the condition holds: ``ABSENT``, the ETag that must be there now, or None for no condition.

        Raises:
            Missing: an ETag was asked for and nothing is there. Refused: the condition does not hold.
        """
        path = self._path(key)
        self._arrive()
        self._require(key, path, match)  # most refusals cost no writing
        etag = hashlib.sha256(body).hexdigest()
        temporary = str(self._tmp / uuid.uuid4().hex)
        try:
            self._step("temporary")
            write_new(temporary, body)
            with self._lock():
                self._require(key, path, match)
                self._make_room(path)
                self._place(key, path, temporary, (len(body), etag), match, metadata)
                state = os.lstat(path)
        except (OSError, FolderError):
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise
        self._etags.remember([(state, etag)])
        return _entry(key, state, etag)

    def delete(self, key: str, *, match: str) -> None:
        """Delete a file if it has this ETag; gone already is as good.

        Raises:
            Refused: it has another ETag.
        """
        path = self._path(key)
        self._arrive()
        with self._lock():
            entry = self._look(key, path)
            if entry is None:
                return
            if entry.etag != match:
                raise Refused(f"{key}: another content")
            sidecar = self._sidecars.of(key, entry.etag)
            self._step("unlink")
            os.unlink(path)
            self._step("sidecar")
            if sidecar is not None:
                self._sidecars.remove(sidecar.key)
            sync(os.path.dirname(path))

    def move(self, source: str, target: str, *, match: str, decision: str, metadata: Mapping[str, str]) -> Entry:
        """Move a file, lay ``metadata`` over what it carries, and give it as it lies now; asked again, finish it.

        Raises:
            Missing: it is not at ``source`` any more, or lies there again after this very decision; somebody else had it.
            Refused: it has another ETag than ``match``, or something else stands at ``target``.
        """
        old, new = self._path(source), self._path(target)
        self._arrive()
        with self._lock():
            there, here = self._look(target, new), self._look(source, old)
            if there is not None and self._metadata(there).get(DECISION) == decision:
                if here is None:
                    self._finish(target, source)
                return there
            if here is None:
                raise Missing(source)
            sidecar = self._sidecars.of(source, here.etag)
            carried = sidecar.metadata if sidecar else {}
            if carried.get(DECISION) == decision:
                raise Missing(f"{source}: brought back since")
            if there is not None or here.etag != match:
                raise Refused(f"{target}: taken" if there else f"{source}: another content")
            self._make_room(new)
            self._step("sidecar")
            self._sidecars.write(target, here.size_bytes, here.etag, {**carried, **metadata, DECISION: decision})
            self._rename(source, old, target, new)
            self._finish(target, sidecar.key if sidecar else source)
            return Entry(target, here.etag, here.size_bytes, here.modified_ms)

    def whereabouts(self, name: str) -> str | None:
        """Give the key that the image of this base name lies under: sorted, discarded or raw."""
        labeled = self.root / LABELED
        classes = sorted(each for each in os.listdir(labeled)) if labeled.is_dir() else []
        for key in (*(f"{LABELED}{cls}/{name}" for cls in classes), DISCARDED + name, RAW + name):
            with contextlib.suppress(BadKey):
                if self._stat(self._path(key)) is not None:
                    return key
        return None

    def sweep(self, now_s: float | None = None) -> int:
        """Give hand-moved files their sidecars; remove old ones that no file can use, and what killed programs left.

        Gives the number of files removed.
        """
        self._arrive()
        now_s = time.time() if now_s is None else now_s
        orphans, bare = self._sidecars.names(), []
        for path in self._walk():
            key = path.decode()
            if sidecar_name(key) in orphans:
                orphans.discard(sidecar_name(key))
            elif key_problem(key) is None:
                bare.append(key)
        with self._lock():
            names = self._sidecars.note_again(orphans)
        for key in bare:
            if key.rpartition("/")[2] in names:
                self._adopt(key)
        with self._lock():
            removed = self._sidecars.remove_orphans(orphans, now_s - ORPHAN_S)
        for temporary in self._tmp.iterdir():
            removed += remove_old(temporary, now_s - TEMPORARY_S)
        return removed

    def _adopt(self, key: str) -> None:
        """Write the sidecar that a hand-moved file left behind under the key it has now."""
        path = self._path(key)
        with self._lock():
            entry = self._look(key, path)
            sidecar = self._sidecars.of(key, entry.etag) if entry else None
            if entry is not None and sidecar is not None and sidecar.key != key:
                self._sidecars.write(key, entry.size_bytes, entry.etag, sidecar.metadata)
                self._finish(key, sidecar.key)

    def _walk(self, prefix: str = "", start_after: str = "") -> Iterator[bytes]:
        """Give the keys of all files, encoded; a name that is no Unicode is no key."""
        bounds = (text.encode(errors="surrogatepass") for text in (prefix, start_after))
        for path in walk(os.fsencode(self.root), *bounds, skip=PRIVATE.encode()):
            try:
                path.decode()
            except UnicodeDecodeError:
                _log.info("left out, since its name is no Unicode: %r", path)
            else:
                yield path

    def _entries(self, keys: Iterable[bytes]) -> Iterator[Entry]:
        """Give the entries of a batch of keys; what is gone or may not be read is left out."""
        root = os.fsencode(self.root) + b"/"
        there: list[bytes] = []
        files: list[Found] = []
        for key in keys:
            with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                files.append((root + key, os.lstat(root + key)))
                there.append(key)
        for key, found in zip(there, self._etags.of(files, skip_unreadable=True), strict=True):
            if found is not None:
                yield _entry(key.decode(), *found)

    def _path(self, key: str) -> str:
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

    def _stat(self, path: str) -> os.stat_result | None:
        """Give a file's state; None if no regular file stands there."""
        try:
            state = os.lstat(path)
        except (FileNotFoundError, NotADirectoryError):
            return None
        return state if stat.S_ISREG(state.st_mode) else None

    def _look(self, key: str, path: str) -> Entry | None:
        state = self._stat(path)
        found = None if state is None else self._etags.of([(path, state)])[0]
        return None if found is None else _entry(key, *found)

    def _metadata(self, entry: Entry) -> Mapping[str, str]:
        sidecar = self._sidecars.of(entry.key, entry.etag)
        return {} if sidecar is None else sidecar.metadata

    def _require(self, key: str, path: str, match: str | None) -> None:
        """See to it that a put's condition holds."""
        if match in (None, ABSENT):
            state = self._stat(path)  # also refuses a name too long for the file system
            if match == ABSENT and state is not None:
                raise Refused(f"{key}: taken")
            return
        entry = self._look(key, path)
        if entry is None:
            raise Missing(key)
        if entry.etag != match:
            raise Refused(f"{key}: another content")

    def _place(
        self, key: str, path: str, temporary: str, entry: tuple[int, str], match: str | None, metadata: Mapping[str, str] | None
    ) -> None:
        """Give a finished temporary file its name and its metadata."""
        if metadata:
            self._step("sidecar")
            self._sidecars.write(key, *entry, metadata)
            sync(str(self._sidecars.path(key)))
        self._step("name")
        if match == ABSENT:
            try:
                link_new(temporary, path)
            except FileExistsError as error:
                raise Refused(f"{key}: taken") from error
        else:
            os.replace(temporary, path)
        if not metadata:
            self._step("forget")
            self._sidecars.remove(key)
        self._step("sync")
        sync(os.path.dirname(path))

    def _rename(self, source: str, old: str, target: str, new: str) -> None:
        self._step("rename")
        try:
            rename_new(old, new)
        except OSError as error:
            self._sidecars.remove(target)
            if isinstance(error, FileExistsError):
                raise Refused(f"{target}: taken") from error
            if self._stat(old) is None:
                raise Missing(source) from error
            raise

    def _finish(self, key: str, former: str) -> None:
        """Bring a file's new sidecar to the disk, then remove the former one."""
        self._step("sync")
        sync(str(self._sidecars.path(key)))
        self._step("unlink")
        self._sidecars.remove(former)

    def _make_room(self, path: str) -> None:
        """Make the folder that a file goes to, and bring its name to the disk."""
        folder = os.path.dirname(path)
        if not os.path.isdir(folder):
            self._step("folder")
            os.makedirs(folder, exist_ok=True)
            sync(os.path.dirname(folder))

    def _arrive(self) -> None:
        """Make the folder at first sight, if the one it lies in is there; once seen, its absence is trouble."""
        if self._seen:
            if not self._private.is_dir():
                raise FileNotFoundError(ENOENT, os.strerror(ENOENT), str(self.root))
            return
        with contextlib.suppress(FileExistsError):
            self.root.mkdir()
        for folder in (self._private, self._sidecars.folder, self._tmp):
            folder.mkdir(exist_ok=True)
        self._seen = True

    def _arrive_to_read(self) -> None:
        """The same, but a folder that may only be read is good enough."""
        try:
            self._arrive()
        except OSError as error:
            if error.errno not in (EACCES, EPERM, EROFS) or not self.root.is_dir():
                raise

    @contextlib.contextmanager
    def _lock(self) -> Iterator[None]:
        """Hold the folder's lock."""
        try:
            lock = self._filelock.acquire(timeout=self._lock_timeout_s, poll_interval=_LOCK_POLL_S)
        except filelock.Timeout as error:
            raise Busy(f"{self.root}: another program has held the lock for {self._lock_timeout_s:g} s") from error
        with lock:
            yield


class FolderUplink:
    """The bucket in a folder as a device sees it (``edge.ports.Uplink``)."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder

    def put(self, key: str, body: bytes, metadata: Mapping[str, str] | None = None, *, if_absent: bool = False) -> bool:
        """Store an object; with ``if_absent``, give False if the key is taken and leave it alone.

        Raises:
            UplinkError: later, perhaps.
        """
        try:
            self._folder.put(key, body, match=ABSENT if if_absent else None, metadata=metadata)
        except Refused:
            return False
        except (OSError, FolderError, BadKey) as error:
            raise UplinkError(str(error)) from error
        return True

    def get(self, key: str, max_bytes: int) -> bytes | None:
        """Give an object's body, or None if there is none.

        Raises:
            UplinkError: later, perhaps; or larger than ``max_bytes``.
        """
        try:
            return self._folder.get(key, max_bytes).body
        except Missing:
            return None
        except (OSError, FolderError, BadKey) as error:
            raise UplinkError(str(error)) from error


def _entry(key: str, state: os.stat_result, etag: str) -> Entry:
    return Entry(key, etag, state.st_size, state.st_mtime_ns // 1_000_000)
