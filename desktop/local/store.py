"""The bucket in a folder, as the application sees it."""

import contextlib
import errno
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote

from desktop.core.errors import (
    AppError,
    BusyError,
    ConfigError,
    ConflictError,
    CredentialsError,
    NotFoundError,
    OfflineError,
    RemoteError,
    StorageFullError,
)
from desktop.core.ports import Listed, Move, Moved, Outcome, Stored
from desktop.core.texts import _
from edge.contract.keys import BASE, BadKey
from edge.folder import LOCK_TIMEOUT_S, Busy, Entry, Folder, Missing, Refused

_FULL = {errno.ENOSPC, errno.EDQUOT}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}
_UNFIT = {errno.ENAMETOOLONG, errno.EILSEQ, errno.EINVAL}
_IN_THE_WAY = {errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENOTEMPTY, errno.ELOOP}
_AWAY = {
    errno.ENOENT, errno.ESTALE, errno.EIO, errno.ENODEV, errno.ENXIO, errno.ETIMEDOUT, errno.EHOSTDOWN, errno.EHOSTUNREACH,
    errno.ENOTCONN, errno.ENETUNREACH, errno.ENETDOWN,
}  # fmt: skip


class FolderStore:
    """A folder as bucket (``desktop.core.ports.ObjectStore``); ``root`` is P itself, the folder around it must be there."""

    def __init__(
        self, root: Path, step: Callable[[str], None] = lambda _name: None, lock_timeout_s: float = LOCK_TIMEOUT_S
    ) -> None:
        self._folder = Folder(root, step, lock_timeout_s)

    @property
    def url(self) -> str:
        """The folder's address: ``file:///…``, without a slash at its end."""
        return self._folder.root.as_uri()

    def list(self, prefix: str, start_after: str = "") -> Iterator[Listed]:
        """Give the objects below a prefix in the order of their keys' UTF-8 bytes, those up to ``start_after`` left out."""
        with _translated():
            for entry in self._folder.list(prefix, start_after):
                yield _listed(entry)

    def get(self, key: str) -> Stored:
        """Give one object, or raise NotFoundError."""
        with _translated():
            found = self._folder.get(key)
            return Stored(_listed(found.entry), found.body, found.metadata)

    def put(self, key: str, body: bytes, *, match: str, metadata: Mapping[str, str] | None = None) -> Listed:
        """Store an object if the condition holds, or raise ConflictError (NotFoundError, where nothing is there to match)."""
        with _translated():
            return _listed(self._folder.put(key, body, match=match, metadata=metadata))

    def move(self, move: Move) -> Moved:
        """Move one image; the file system makes it atomic, the folder's lock makes it first come, first served."""
        with _translated():
            try:
                entry = self._folder.move(
                    move.source, move.target, match=move.source_etag, decision=move.decision, metadata=move.metadata
                )
            except Missing:
                return self._lost(move)
            except Refused:
                return Moved(Outcome.CHANGED)
            return Moved(Outcome.DONE, entry.etag, entry.modified_ms)

    def delete(self, key: str, *, match: str) -> None:
        """Delete an object if it still has this ETag, or raise ConflictError; gone already is as good."""
        with _translated():
            self._folder.delete(key, match=match)

    def sweep(self) -> int:
        """Tidy up after hand moves and killed programs; give the number of files removed. Once a day is plenty."""
        with _translated():
            return self._folder.sweep()

    def _lost(self, move: Move) -> Moved:
        """Tell who was first and where the image lies now; base pictures go by their whole key and are not looked for."""
        where = None if move.source.startswith(BASE) else self._folder.whereabouts(move.source.rpartition("/")[2])
        if where is None:
            return Moved(Outcome.LOST)
        try:
            labeller = self._folder.get(where).metadata.get("labeller", "")
        except Missing:  # moved on this very moment
            return Moved(Outcome.LOST)
        return Moved(Outcome.LOST, winner=unquote(labeller), where=where)


def _listed(entry: Entry) -> Listed:
    return Listed(entry.key, entry.etag, entry.size_bytes, entry.modified_ms)


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except BadKey as error:
        raise ConfigError(_("A name cannot be used: {name}").format(name=error), _("Rename the picture.")) from error
    except Missing as error:
        raise NotFoundError(_("{key} is not there.").format(key=error.key)) from error
    except Refused as error:
        raise ConflictError(_("{key} was changed meanwhile.").format(key=error.key)) from error
    except Busy as error:
        raise BusyError(_("Another program is at work in this folder."), _("It is tried again.")) from error
    except OSError as error:
        raise _app_error(error) from error


def _app_error(error: OSError) -> AppError:
    """Give what a user should know of a file system's error, by what he can do about it."""
    place, why = error.filename, error.strerror
    if error.errno in _FULL:
        return StorageFullError(_("No space is left for the pictures."), _("Free some space; nothing is lost."))
    if error.errno in _FORBIDDEN:
        return CredentialsError(_("{place} may not be changed or read.").format(place=place), _("Ask for the rights to it."))
    if error.errno in _UNFIT:
        return ConfigError(
            _("The file system refuses this name: {place}").format(place=place), _("Choose a shorter, plainer one.")
        )
    if error.errno in _IN_THE_WAY:
        return ConfigError(_("Something else stands where a folder or picture should: {place}").format(place=place), why or "")
    if error.errno in _AWAY:
        return OfflineError(
            _("The folder cannot be reached: {place}").format(place=place), _("Is its disk or network there? It is tried again.")
        )
    return RemoteError(_("The folder failed: {reason}").format(reason=why), str(place or ""))
