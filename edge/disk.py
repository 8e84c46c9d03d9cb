"""Files as a store needs them: written so that a power cut takes nothing back, renamed so that nothing is replaced."""

import contextlib
import ctypes
import errno
import hashlib
import io
import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path

_READ = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)

# renameat2(2): <fcntl.h> and <linux/fs.h>.
_AT_FDCWD = -100
_RENAME_NOREPLACE = 1
_renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None) if os.name == "posix" else None


def open_file(path: str | bytes) -> io.BufferedReader:
    """Open a regular file for reading; a link, a folder or a pipe is not followed.

    Raises:
        FileNotFoundError: no regular file stands there.
    """
    try:
        descriptor = os.open(path, _READ)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR, errno.ENXIO):
            raise FileNotFoundError(errno.ENOENT, "no file", path) from error
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise FileNotFoundError(errno.ENOENT, "no file", path)
    return os.fdopen(descriptor, "rb")


def hash_file(path: str | bytes) -> tuple[os.stat_result, str, bool]:
    """Give a file's state and sha256, and whether nobody wrote into it meanwhile."""
    with open_file(path) as file:
        before = os.fstat(file.fileno())
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        after = os.fstat(file.fileno())
    return after, sha256, (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)


def write_new(path: str, body: bytes) -> None:
    """Write a new file through to the disk."""
    with open(path, "xb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())


def sync(path: str) -> None:
    """Bring a file, or a folder's names, to the disk."""
    if os.name == "nt" and os.path.isdir(path):
        return  # Windows opens no folders, and NTFS journals names itself
    descriptor = os.open(path, os.O_RDONLY if os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some network folders have no such thing
            raise
    finally:
        os.close(descriptor)


def make_folder(path: str) -> None:
    """Make a folder, and those it lies in, and bring their names to the disk; one that is there already is good.

    Raises:
        FileExistsError: something that is no folder has the name.
    """
    if not os.path.isdir(path):
        around = os.path.dirname(path)
        make_folder(around)
        os.makedirs(path, exist_ok=True)
        sync(around)


def touch(path: str, state: os.stat_result) -> os.stat_result:
    """Give a file the present time, or one just after the one it has if that is later still; give its new state.

    Another user's file that may be written, but not be given a time of choice, gets the present time. One that may not even
    be written keeps its own.
    """
    old_ns = state.st_mtime_ns
    for new_ns in (max(time.time_ns(), old_ns + 1_000_000), old_ns + 2_000_000_000):  # FAT counts in two seconds
        try:
            os.utime(path, ns=(state.st_atime_ns, new_ns))
        except PermissionError:
            with contextlib.suppress(PermissionError):
                os.utime(path)
        state = os.lstat(path)
        if state.st_mtime_ns // 1_000_000 > old_ns // 1_000_000:
            break
    return state


def link_new(temporary: str, target: str) -> None:
    """Give a finished temporary file its name if nothing has that name yet.

    Raises:
        FileExistsError: something has.
    """
    try:
        os.link(temporary, target)
    except OSError as error:
        # FAT and some network folders know no second names.
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK):
            raise
        rename_new(temporary, target)
    else:
        os.unlink(temporary)


def rename_new(source: str, target: str) -> None:
    """Rename a file if nothing has the new name yet; atomic on Linux and Windows, elsewhere as good as the caller's lock.

    Raises:
        FileExistsError: something has.
    """
    if _renameat2 is not None:
        if _renameat2(_AT_FDCWD, os.fsencode(source), _AT_FDCWD, os.fsencode(target), _RENAME_NOREPLACE) == 0:
            return
        number = ctypes.get_errno()
        if number not in (errno.EINVAL, errno.ENOSYS):  # NFS, for one, does not know the flag
            raise OSError(number, os.strerror(number), source, None, target)
    if os.path.lexists(target):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), target)
    os.rename(source, target)


def remove_old(path: Path, before_s: float) -> int:
    """Remove a file last written before a time; give the number of files removed."""
    try:
        if path.lstat().st_mtime >= before_s:
            return 0
        path.unlink()
    except FileNotFoundError:
        return 0
    return 1


def walk(root: bytes, prefix: bytes = b"", start_after: bytes = b"", skip: bytes = b"") -> Iterator[bytes]:
    """Give the paths of regular files below ``root`` in the order of their bytes; links are not followed.

    Only those that begin with ``prefix`` and come after ``start_after``; the top folder ``skip`` is left out. What vanishes
    meanwhile is left out too.
    """
    with os.scandir(root) as entries:
        names = sorted(name for name in _names(entries) if name != skip + b"/")
    yield from _below(root, b"", names, prefix, start_after)


def _below(root: bytes, folder: bytes, names: list[bytes], prefix: bytes, start_after: bytes) -> Iterator[bytes]:
    for name in names:
        path = folder + name
        if name[-1:] != b"/":
            if path > start_after and path.startswith(prefix):
                yield path
        elif (path > start_after or start_after.startswith(path)) and (path.startswith(prefix) or prefix.startswith(path)):
            inner: list[bytes] = []
            with contextlib.suppress(FileNotFoundError, NotADirectoryError), os.scandir(root + b"/" + path) as entries:
                inner = sorted(_names(entries))
            yield from _below(root, path, inner, prefix, start_after)


def _names(entries: Iterator[os.DirEntry[bytes]]) -> Iterator[bytes]:
    """Give the names of files, and of folders with a slash, so that they sort as keys do."""
    for entry in entries:
        if entry.is_file(follow_symlinks=False):
            yield entry.name
        elif entry.is_dir(follow_symlinks=False):
            yield entry.name + b"/"
