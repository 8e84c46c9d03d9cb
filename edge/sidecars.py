"""What a folder's files carry with them: ``.sortloop/meta/<sha256 of the key>.json``, written before the file.

A file moved by hand leaves its sidecar behind under the old key. It is found again by the file's name, in the folders that
ever had a sidecar (they stand in ``.sortloop/folders``, a line each), and known by size and content. One that has no file
anywhere is kept for a while, counted from the day on which that was first seen (``.sortloop/orphans.json``).
"""

import hashlib
import json
import logging
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from edge.contract.keys import key_problem
from edge.contract.records import BadRecord, dump, load

MAX_BYTES = 64 << 10
"""A sidecar is a key and 2 KB of metadata; anything larger is none of ours."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sidecar:
    """The metadata of one file, and which file that is."""

    key: str
    name: str
    """The key's last part, which stays when a file is moved by hand."""
    size_bytes: int
    sha256: str
    metadata: dict[str, str]

    def __post_init__(self) -> None:
        if key_problem(self.key) is not None or self.key.rpartition("/")[2] != self.name:
            raise ValueError("key and name contradict each other")


def sidecar_name(key: str) -> str:
    """Give the file name of a key's sidecar."""
    return f"{hashlib.sha256(key.encode()).hexdigest()}.json"


class Sidecars:
    """The sidecars of one folder. Only a holder of the folder's lock writes or removes any."""

    def __init__(self, root: Path, private: Path) -> None:
        self._root = root
        self.folder = private / "meta"
        self._draft = private / "tmp" / "sidecar"
        self._folders = private / "folders"
        self._orphans = private / "orphans.json"
        self._known: set[str] = set()

    def path(self, key: str) -> Path:
        """Give the place of a key's sidecar."""
        return self.folder / sidecar_name(key)

    def of(self, key: str, sha256: str) -> Sidecar | None:
        """Give the sidecar of a file with this content: its own, or the one it left behind when it was moved by hand."""
        own = read(self.path(key))
        if own is not None and own.sha256 == sha256:
            return own
        left = [sidecar for sidecar in self._left_behind(key) if sidecar.sha256 == sha256]
        return max(left, key=lambda sidecar: _written_ns(self.path(sidecar.key)), default=None)

    def write(self, key: str, size_bytes: int, sha256: str, metadata: Mapping[str, str]) -> None:
        """Write a key's sidecar whole or not at all; it is on the disk once :meth:`path` was synced."""
        prefix, name = _parts(key)
        self._note(prefix)
        self._write(self.path(key), dump(Sidecar(key, name, size_bytes, sha256, dict(metadata))))

    def remove(self, key: str) -> None:
        """Remove a key's sidecar if there is one."""
        self.path(key).unlink(missing_ok=True)

    def names(self) -> set[str]:
        """Give the file names of all sidecars."""
        return set(os.listdir(self.folder))

    def note_again(self, names: Iterable[str]) -> set[str]:
        """Give the base names of the files that these sidecars belong to; keep their folders among the known ones."""
        found = [sidecar for name in names if (sidecar := read(self.folder / name)) is not None]
        for sidecar in found:
            self._note(_parts(sidecar.key)[0])
        return {sidecar.name for sidecar in found}

    def remove_orphans(self, names: Iterable[str], now_s: float, keep_s: float) -> int:
        """Remove those of these sidecars that have had no file for ``keep_s``; give their number."""
        seen_s = self._first_seen()
        kept: dict[str, float] = {}
        removed = 0
        for name in self.names().intersection(names):  # the others were adopted meanwhile
            sidecar = read(self.folder / name)
            if sidecar is not None and _size(self._root / sidecar.key) == sidecar.size_bytes:
                continue  # its file has come back
            since_s = min(seen_s.get(name, now_s), now_s)
            if since_s < now_s - keep_s:
                (self.folder / name).unlink(missing_ok=True)
                removed += 1
            else:
                kept[name] = since_s
        self._write(self._orphans, json.dumps(kept).encode())
        return removed

    def _first_seen(self) -> dict[str, float]:
        """Give since when sidecars have been known to have no file; if that cannot be read, they are new to us."""
        try:
            seen_s = json.loads(self._orphans.read_bytes())
        except (FileNotFoundError, ValueError):
            return {}
        known = seen_s.items() if isinstance(seen_s, dict) else ()
        return {name: float(since_s) for name, since_s in known if isinstance(since_s, int | float)}

    def _left_behind(self, key: str) -> Iterator[Sidecar]:
        """Give the sidecars of this name elsewhere that no file uses."""
        here, name = _parts(key)
        for prefix in self._noted() - {here}:
            sidecar = read(self.path(prefix + name))
            if sidecar is not None and _size(self._root / sidecar.key) != sidecar.size_bytes:
                yield sidecar

    def _write(self, path: Path, body: bytes) -> None:
        self._draft.unlink(missing_ok=True)  # a killed writer's, perhaps another user's
        self._draft.write_bytes(body)
        os.replace(self._draft, path)

    def _note(self, prefix: str) -> None:
        """Keep a folder among those that had sidecars; durable, since it is written once."""
        if not prefix or prefix in self._known:
            return
        self._known = self._noted()
        if prefix not in self._known:
            with self._folders.open("ab") as file:
                file.write(f"\n{prefix}\n".encode())  # begins a line of its own, whatever a power cut left there
                file.flush()
                os.fsync(file.fileno())
            self._known.add(prefix)

    def _noted(self) -> set[str]:
        try:
            text = self._folders.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return set()
        return {line for line in text.split("\n") if line.endswith("/") and key_problem(line[:-1]) is None}


def read(path: Path) -> Sidecar | None:
    """Read a sidecar; None if there is none, or it is damaged or not at its place."""
    try:
        with path.open("rb") as file:
            sidecar = load(Sidecar, file.read(MAX_BYTES))
    except FileNotFoundError:
        return None
    except BadRecord as error:
        _log.info("sidecar %s: %s", path.name, error)
        return None
    return sidecar if sidecar_name(sidecar.key) == path.name else None


def _parts(key: str) -> tuple[str, str]:
    """Give a key's folder, with its slash, and its name."""
    folder, slash, name = key.rpartition("/")
    return folder + slash, name


def _size(path: Path) -> int | None:
    try:
        return path.lstat().st_size
    except OSError:
        return None


def _written_ns(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
