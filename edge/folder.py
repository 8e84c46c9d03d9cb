"""The bucket in a folder: what the device and the desktop both do with it, safe between processes and against a power cut.

A file is an object; ``.sortloop`` beside them holds what a bucket has and a folder lacks:

    lock            held by whoever changes anything but by hand (:mod:`edge.site`)
    meta/           metadata (:mod:`edge.sidecars`)
    folders         where metadata was written
    orphans.json    metadata that has no file, and since when
    etags.sqlite    contents' sha256 (:mod:`edge.etags`)
    tmp/            files that are being written

New bytes are synced before they get their name, and the name after. A move is one rename: its sidecar is on the disk before
it, and the new name is on the disk before the old sidecar goes, so that whatever a power cut leaves can be told by asking
again. A move also gives the file a later time: key, ETag and time together never come back with other metadata.
"""

import contextlib
import errno
import hashlib
import os
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from edge.contract.keys import ABSENT, DISCARDED, LABELED, RAW, BadKey, key_problem
from edge.disk import link_new, make_folder, open_file, remove_old, rename_new, sync, write_new
from edge.etags import Etags
from edge.listing import Entry, Listing, entry_of, state_of
from edge.ports import NeverTaken, UplinkError
from edge.sidecars import Sidecar, Sidecars, sidecar_name
from edge.site import LOCK_TIMEOUT_S, PRIVATE, Busy, FolderError, Missing, Refused, Site

__all__ = [
    "ABSENT",
    "DECISION",
    "LOCK_TIMEOUT_S",
    "NOWHERE",
    "ORPHAN_S",
    "PRIVATE",
    "TEMPORARY_S",
    "Busy",
    "Entry",
    "Folder",
    "FolderError",
    "FolderUplink",
    "Missing",
    "Refused",
    "StoredFile",
]

NOWHERE = "**"
"""The condition "only if no image of this base name lies anywhere, raw, sorted or discarded"."""
DECISION = "decision"
"""The pair of a file's metadata that names the decision that moved it here (``edge.contract.metadata``)."""

TEMPORARY_S = 24 * 3600
"""Age at which a temporary file is nobody's any more."""
ORPHAN_S = 7 * 24 * 3600
"""How long a sidecar that no file can use is kept: a picture may be away on somebody's stick."""


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
        self._site = Site(root, lock_timeout_s)
        self._etags = Etags(self._site.private / "etags.sqlite")
        self._listing = Listing(self._site.root, PRIVATE, self._etags)
        self._sidecars = Sidecars(self._site.root, self._site.private)
        self._step = step

    @property
    def root(self) -> Path:
        """The folder, as an absolute path."""
        return self._site.root

    def list(self, prefix: str = "", start_after: str = "") -> Iterator[Entry]:
        """Give the files whose keys begin with ``prefix`` and come after ``start_after``, in the order of their UTF-8 bytes.

        Any file with a valid Unicode name is given, fit for a key or not.
        """
        self._site.arrive_to_read()
        yield from self._listing.entries(prefix, start_after)

    def get(self, key: str, max_bytes: int | None = None) -> StoredFile:
        """Give one file.

        Raises:
            Missing: there is none. Refused: it is larger than ``max_bytes``.
        """
        path = self._site.path(key)
        self._site.arrive_to_read()
        try:
            with open_file(path) as file:
                size_bytes = os.fstat(file.fileno()).st_size
                if max_bytes is not None and size_bytes > max_bytes:
                    raise Refused(key, f"{size_bytes} bytes, at most {max_bytes} are taken")
                body = file.read()
                state = os.fstat(file.fileno())
        except FileNotFoundError as error:
            raise Missing(key) from error
        etag = hashlib.sha256(body).hexdigest()
        self._step("metadata")
        sidecar = self._sidecars.of(key, etag)
        if sidecar is None and state_of(path) is None:
            raise Missing(key)  # moved while it was read, and its metadata with it
        return StoredFile(entry_of(key, state, etag), body, sidecar.metadata if sidecar else {})

    def put(self, key: str, body: bytes, *, match: str | None = None, metadata: Mapping[str, str] | None = None) -> Entry:
        """Store a file if the condition holds: ``ABSENT``, ``NOWHERE``, the ETag that must be there now, or None for none.

        Raises:
            Missing: an ETag was asked for and nothing is there. Refused: the condition does not hold.
        """
        path = self._site.path(key)
        self._site.arrive()
        self._require(key, path, match)  # most refusals cost no writing
        etag = hashlib.sha256(body).hexdigest()
        temporary = str(self._site.tmp / uuid.uuid4().hex)
        try:
            self._step("temporary")
            write_new(temporary, body)
            with self._site.lock():
                self._require(key, path, match)
                self._make_room(path)
                self._place(key, path, temporary, (len(body), etag), match, metadata)
                state = os.lstat(path)
        except (OSError, FolderError):
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise
        self._etags.remember([(state, etag)])
        return entry_of(key, state, etag)

    def delete(self, key: str, *, match: str) -> None:
        """Delete a file if it has this ETag; gone already is as good.

        Raises:
            Refused: it has another ETag.
        """
        path = self._site.path(key)
        self._site.arrive()
        with self._site.lock():
            entry = self._listing.look(key, path)
            if entry is None:
                return
            if entry.etag != match:
                raise Refused(key, "another content")
            sidecar = self._sidecars.of(key, entry.etag)
            self._step("unlink")
            os.unlink(path)
            self._step("sidecar")
            if sidecar is not None:
                self._sidecars.remove(sidecar.key)
            self._step("sync")
            sync(os.path.dirname(path))

    def move(self, source: str, target: str, *, match: str, decision: str, metadata: Mapping[str, str]) -> Entry:
        """Move a file, lay ``metadata`` over what it carries, and give it as it lies now; asked again, finish it.

        Raises:
            Missing: it is not at ``source`` any more, or lies there again after this very decision; somebody else had it.
            Refused: it has another ETag than ``match``, or something else stands at ``target``.
        """
        old, new = self._site.path(source), self._site.path(target)
        self._site.arrive()
        with self._site.lock():
            there, here = self._listing.look(target, new), self._listing.look(source, old)
            if there is not None and self._metadata(there).get(DECISION) == decision:
                if here is None:
                    self._finish(new, source)
                return there
            if here is None:
                raise Missing(source)
            sidecar = self._sidecars.of(source, here.etag)
            carried = sidecar.metadata if sidecar else {}
            if carried.get(DECISION) == decision:
                raise Missing(source, "brought back since")
            if there is not None:
                raise Refused(target, "taken")
            if here.etag != match:
                raise Refused(source, "another content")
            self._adopt(here, sidecar)
            self._make_room(new)
            self._write_sidecar(target, (here.size_bytes, here.etag), {**carried, **metadata, DECISION: decision})
            moved = self._rename(here, old, target, new)
            self._finish(new, source)
            return moved

    def whereabouts(self, name: str) -> str | None:
        """Give the key that the image of this base name lies under: sorted, discarded or raw."""
        labeled = self.root / LABELED
        classes = sorted(each for each in os.listdir(labeled)) if labeled.is_dir() else []
        for key in (*(f"{LABELED}{cls}/{name}" for cls in classes), DISCARDED + name, RAW + name):
            with contextlib.suppress(BadKey, OSError):  # a link in the way, a name too long: it is not there
                if state_of(self._site.path(key)) is not None:
                    return key
        return None

    def sweep(self, now_s: float | None = None) -> int:
        """Give hand-moved files their sidecars; remove old ones that no file can use, and what killed programs left.

        Gives the number of files removed.
        """
        self._site.arrive()
        now_s = time.time() if now_s is None else now_s
        orphans, bare = self._sidecars.names(), []
        for key in self._listing.all_keys():
            if sidecar_name(key) in orphans:
                orphans.discard(sidecar_name(key))
            elif key_problem(key) is None:
                bare.append(key)
        with self._site.lock():
            names = self._sidecars.note_again(orphans)
        for key in bare:
            if key.rpartition("/")[2] in names:
                with self._site.lock():
                    entry = self._listing.look(key, self._site.path(key))
                    sidecar = self._sidecars.of(key, entry.etag) if entry else None
                    if entry is not None and sidecar is not None:
                        self._adopt(entry, sidecar)
        with self._site.lock():
            removed = self._sidecars.remove_orphans(orphans, now_s, ORPHAN_S)
        for temporary in self._site.tmp.iterdir():
            removed += remove_old(temporary, now_s - TEMPORARY_S)
        return removed

    def _metadata(self, entry: Entry) -> Mapping[str, str]:
        sidecar = self._sidecars.of(entry.key, entry.etag)
        return {} if sidecar is None else sidecar.metadata

    def _adopt(self, entry: Entry, sidecar: Sidecar | None) -> None:
        """See to it that a file's sidecar lies under its own key, even if it says nothing.

        A move begins with it: a file without one would be taken for the one that a sidecar elsewhere belongs to, and after
        a kill between a move's sidecar and its rename that is the sidecar of the move itself.
        """
        if sidecar is not None and sidecar.key == entry.key:
            return
        self._write_sidecar(entry.key, (entry.size_bytes, entry.etag), sidecar.metadata if sidecar else {})
        if sidecar is not None:
            self._step("unlink")
            self._sidecars.remove(sidecar.key)

    def _require(self, key: str, path: str, match: str | None) -> None:
        """See to it that a put's condition holds."""
        if match in (None, ABSENT, NOWHERE):
            state = state_of(path)  # also refuses a name too long
            if match is not None and state is not None:
                raise Refused(key, "taken")
            if match == NOWHERE and self.whereabouts(key.rpartition("/")[2]) is not None:
                raise Refused(key, "elsewhere")
            return
        entry = self._listing.look(key, path)
        if entry is None:
            raise Missing(key)
        if entry.etag != match:
            raise Refused(key, "another content")

    def _place(
        self, key: str, path: str, temporary: str, content: tuple[int, str], match: str | None, metadata: Mapping[str, str] | None
    ) -> None:
        """Give a finished temporary file its name and its metadata."""
        if metadata:
            self._write_sidecar(key, content, metadata)
        self._step("name")
        if match in (ABSENT, NOWHERE):
            try:
                link_new(temporary, path)
            except FileExistsError as error:
                raise Refused(key, "taken") from error
        else:
            os.replace(temporary, path)
        if not metadata:
            self._step("forget")
            self._sidecars.remove(key)
        self._step("sync")
        sync(os.path.dirname(path))

    def _write_sidecar(self, key: str, content: tuple[int, str], metadata: Mapping[str, str]) -> None:
        """Write a key's sidecar, for a file of this size and ETag, and bring it to the disk."""
        self._step("sidecar")
        self._sidecars.write(key, *content, metadata)
        sync(str(self._sidecars.path(key)))

    def _rename(self, entry: Entry, old: str, target: str, new: str) -> Entry:
        """Give a file a later time and its new name, or take its new sidecar back."""
        try:
            self._step("touch")
            moved = self._listing.renew(entry, old)
            if moved is None:
                raise Refused(entry.key, "changed at this very moment")
            self._step("rename")
            rename_new(old, new)
        except (OSError, FolderError) as error:
            self._sidecars.remove(target)
            if isinstance(error, FileExistsError):
                raise Refused(target, "taken") from error
            if state_of(old) is None:
                raise Missing(entry.key) from error
            raise
        return replace(moved, key=target)

    def _finish(self, new: str, former: str) -> None:
        """Bring a moved file's new name to the disk, then remove its former sidecar."""
        self._step("sync")
        sync(os.path.dirname(new))
        self._step("unlink")
        self._sidecars.remove(former)

    def _make_room(self, path: str) -> None:
        """Make the folder that a file goes to."""
        folder = os.path.dirname(path)
        if not os.path.isdir(folder):
            self._step("folder")
            make_folder(folder)
            state_of(path)  # refuses a name too long, as it could not while there was no folder


class FolderUplink:
    """The bucket in a folder as a device sees it (``edge.ports.Uplink``)."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder

    def put(self, key: str, body: bytes, metadata: Mapping[str, str] | None = None, *, if_absent: bool = False) -> bool:
        """Store an object; with ``if_absent``, give False if the key is taken, or the image sorted already, and leave it alone.

        Raises:
            NeverTaken: a key that is none, or a name too long. UplinkError: later, perhaps.
        """
        try:
            absent = NOWHERE if key.startswith(RAW) else ABSENT
            self._folder.put(key, body, match=absent if if_absent else None, metadata=metadata)
        except Refused:
            return False
        except BadKey as error:
            raise NeverTaken(str(error)) from error
        except (OSError, FolderError) as error:
            if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:
                raise NeverTaken(f"{key}: {error.strerror}") from error
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
