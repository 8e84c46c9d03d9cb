"""What waits for the uplink, on the disk: one self-contained file a record, safe against a power cut.

    pending/<rank>_<sequence>.rec    rank 0 is the most valuable; the sequence is the order of arrival
    quarantine/                      damaged records and refused ones, the last few
    tmp/                             what is being written; emptied at the start

A record is magic · header's length · header (JSON) · JPEG · sha256 of all before. It is written under another name, synced,
renamed, and the folder synced: once :meth:`Spool.put` returns, no power cut takes it back. There is no index; names are one.
"""

import contextlib
import errno
import hashlib
import json
import logging
import os
import shutil
import struct
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from edge.contract.metadata import Reason
from edge.contract.records import canonical_json
from edge.disk import open_file, sync, write_new

_MAGIC = b"SLSPOOL1"
_HEAD = struct.Struct(">8sI")
_MAX_HEADER_BYTES = 64 << 10
_DIGEST_BYTES = 32
_MAX_QUARANTINED = 50

RANKS = {Reason.CHANCE: 1, Reason.LOW: 2, Reason.MARGIN: 3, Reason.HIGH: 4}
"""Which reason's pictures are kept longest; chance in a test slot is rank 0: nothing can replace a test picture."""

_log = logging.getLogger(__name__)


class SpoolError(Exception):
    """The disk took no record, or gives none; the message is a plain reason."""


class BadRecordFile(ValueError):
    """A file that is no whole record."""


@dataclass(frozen=True, slots=True)
class Record:
    """A picture on its way home."""

    name: str
    """Its base name in the bucket."""
    jpeg: bytes
    metadata: Mapping[str, str]
    """As it is stored with the object."""
    rank: int = 1


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One waiting file; sorts most valuable first, then oldest."""

    rank: int
    sequence: int
    size_bytes: int = field(compare=False)

    @property
    def file(self) -> str:
        """Its name in ``pending/``."""
        return f"{self.rank}_{self.sequence:012d}.rec"


def rank_of(reason: Reason, *, test_slot: bool) -> int:
    """Give a picture's rank."""
    return 0 if test_slot and reason is Reason.CHANCE else RANKS[reason]


def pack(record: Record) -> bytes:
    """Give the bytes of a record's file."""
    header = canonical_json({"name": record.name, "metadata": dict(record.metadata), "rank": record.rank})
    data = _HEAD.pack(_MAGIC, len(header)) + header + record.jpeg
    return data + hashlib.sha256(data).digest()


def unpack(data: bytes) -> Record:
    """Read a record's file.

    Raises:
        BadRecordFile: cut off, changed, or something else.
    """
    if len(data) < _HEAD.size + _DIGEST_BYTES or hashlib.sha256(data[:-_DIGEST_BYTES]).digest() != data[-_DIGEST_BYTES:]:
        raise BadRecordFile("cut off or changed")
    magic, length = _HEAD.unpack_from(data)
    if magic != _MAGIC or length > min(_MAX_HEADER_BYTES, len(data) - _HEAD.size - _DIGEST_BYTES):
        raise BadRecordFile("not a record of this version")
    try:
        header = json.loads(data[_HEAD.size : _HEAD.size + length])
        metadata = {str(key): str(value) for key, value in header["metadata"].items()}
        return Record(str(header["name"]), data[_HEAD.size + length : -_DIGEST_BYTES], metadata, int(header["rank"]))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadRecordFile("its header makes no sense") from error


class Spool:
    """The waiting records of one device. Safe for several threads; other programs are kept away by ``edge.__main__``."""

    def __init__(
        self,
        folder: Path,
        *,
        quota_bytes: int,
        max_records: int,
        free_bytes: int,
        free: Callable[[Path], int] | None = None,
    ) -> None:
        """Open a spool and take up what a power cut left.

        Args:
            folder: Made if it is not there.
            quota_bytes: Of all waiting records together.
            max_records: The same in numbers.
            free_bytes: What the disk must keep free; below it, records go.
            free: Tells the free bytes of a folder's disk.
        """
        self._pending, self._quarantine, self._tmp = (folder / name for name in ("pending", "quarantine", "tmp"))
        self._quota_bytes, self._max_records, self._free_bytes = quota_bytes, max_records, free_bytes
        self._free = free or (lambda path: shutil.disk_usage(path).free)
        self._lock = threading.Lock()
        self._dropped: Counter[int] = Counter()
        for each in (self._pending, self._quarantine, self._tmp):
            each.mkdir(parents=True, exist_ok=True)
        for leftover in self._tmp.iterdir():
            leftover.unlink()
        self._ranks: dict[int, dict[int, Entry]] = {}
        self._used_bytes = 0
        for entry in _entries(self._pending):
            self._remember(entry)
        # A number that stands in quarantine is taken too: the record there would be overwritten.
        taken = (entry.sequence for place in (self._pending, self._quarantine) for entry in _entries(place))
        self._next = max(taken, default=0) + 1

    @property
    def waiting(self) -> int:
        """How many records wait."""
        with self._lock:
            return self._count()

    @property
    def size_bytes(self) -> int:
        """How much they take together."""
        return self._used_bytes

    @property
    def dropped(self) -> Mapping[int, int]:
        """Records given up for want of space since the start, by rank."""
        return dict(self._dropped)

    @property
    def quarantined(self) -> int:
        """How many files lie in quarantine."""
        return sum(1 for _each in self._quarantine.iterdir())

    def put(self, record: Record) -> bool:
        """Keep a record; False where everything that waits is worth more and there is no room.

        Raises:
            SpoolError: the disk did not take it.
        """
        data = pack(record)
        with self._lock:
            entry = Entry(record.rank, self._next, len(data))
            self._next += 1
            try:
                if not self._make_room(entry):
                    self._dropped[record.rank] += 1
                    return False
                self._write(entry, data)
            except OSError as error:
                self._dropped[record.rank] += 1
                raise SpoolError(f"the disk took no picture ({error.strerror or error})") from error
            self._remember(entry)
        return True

    def first(self) -> tuple[Entry, Record] | None:
        """Give the most valuable of the waiting records, the oldest of its rank; damaged ones go into quarantine on the way.

        Raises:
            SpoolError: it cannot be read now, for want of memory or of open files, say; it waits on.
        """
        while True:
            with self._lock:
                entry = next((entry for rank in sorted(self._ranks) for entry in self._ranks[rank].values()), None)
            if entry is None:
                return None
            try:
                with open_file(str(self._pending / entry.file)) as file:
                    return entry, unpack(file.read())
            except FileNotFoundError:  # given up meanwhile, or taken by hand
                self._forget(entry)
            except OSError as error:
                if error.errno != errno.EIO:
                    raise SpoolError(f"{entry.file} cannot be read now ({error.strerror or error})") from error
                self.quarantine(entry, "the disk cannot read it")
            except BadRecordFile as error:
                self.quarantine(entry, str(error))

    def done(self, entry: Entry) -> None:
        """Let a record go that has arrived. A power cut may bring it back; sending it twice does no harm."""
        with contextlib.suppress(OSError):
            (self._pending / entry.file).unlink()
        self._forget(entry)

    def quarantine(self, entry: Entry, reason: str) -> None:
        """Lay a record aside; only the last few are kept."""
        _log.warning("%s goes into quarantine: %s", entry.file, reason)
        self._forget(entry)
        with contextlib.suppress(OSError):
            os.replace(self._pending / entry.file, self._quarantine / entry.file)
            # By the time of the rename: a record laid aside now may have waited for long.
            aside = sorted(self._quarantine.iterdir(), key=lambda path: path.stat().st_ctime_ns)
            for path in aside[:-_MAX_QUARANTINED]:
                path.unlink()

    def _write(self, entry: Entry, data: bytes) -> None:
        temporary, final = self._tmp / entry.file, self._pending / entry.file
        try:
            write_new(str(temporary), data)
            os.rename(temporary, final)
            sync(str(self._pending))
        except OSError:
            for path in (temporary, final):
                with contextlib.suppress(OSError):
                    path.unlink()
            raise

    def _make_room(self, new: Entry) -> bool:
        """Give up the least valuable records until the new one fits; False if it would be the one to go."""
        if new.size_bytes > self._quota_bytes or self._max_records < 1:
            return False
        # Where others have filled the disk, giving up everything would not help: one goes for one.
        short = min(new.size_bytes, self._free_bytes + new.size_bytes - self._free(self._pending))
        while self._used_bytes + new.size_bytes > self._quota_bytes or self._count() >= self._max_records or short > 0:
            worst = max((rank for rank, entries in self._ranks.items() if entries), default=-1)
            if worst < new.rank:
                return False
            # Oldest first within a rank: what has waited longest says least about today.
            entry = next(iter(self._ranks[worst].values()))
            self._dropped[worst] += 1
            with contextlib.suppress(FileNotFoundError):
                (self._pending / entry.file).unlink()
            self._drop(entry)
            short -= entry.size_bytes
        return True

    def _count(self) -> int:
        return sum(len(entries) for entries in self._ranks.values())

    def _remember(self, entry: Entry) -> None:
        self._ranks.setdefault(entry.rank, {})[entry.sequence] = entry
        self._used_bytes += entry.size_bytes

    def _drop(self, entry: Entry) -> None:
        if self._ranks.get(entry.rank, {}).pop(entry.sequence, None) is not None:
            self._used_bytes -= entry.size_bytes

    def _forget(self, entry: Entry) -> None:
        with self._lock:
            self._drop(entry)


def _entries(folder: Path) -> list[Entry]:
    """Give the records that lie in a folder, the most valuable first."""
    entries = []
    for found in os.scandir(folder):
        rank, _, sequence = found.name.removesuffix(".rec").partition("_")
        if rank.isdecimal() and sequence.isdecimal() and found.is_file(follow_symlinks=False):
            entry = Entry(int(rank), int(sequence), found.stat().st_size)
            if entry.file == found.name:
                entries.append(entry)
    return sorted(entries)
