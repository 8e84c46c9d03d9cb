"""The bucket in a folder: an unchanged sync against one walk, journaled moves against plain ones."""

import itertools
import os
import shutil
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

from desktop.core.catalog import Catalog
from desktop.core.delivery import Delivery
from desktop.core.journal import Choice, Journal, Kind
from desktop.core.progress import CancelToken, silent
from desktop.core.sync import SyncReport, sync
from desktop.local.store import FolderStore
from edge.contract.keys import LABELED, RAW
from tests.benchmarks.measure import Result, race, seconds

_OBJECTS, _MOVES = 100_000, 1_000


def sync_unchanged(folder: Path) -> Result:
    """Time the sync of a folder in which nothing has changed since the last one."""
    root, again = _synced(folder)
    return race("sync", again, lambda: _walk(root), peer_name="os.scandir walk with stat", goal=None, n=_OBJECTS, rounds=3)


def sync_memory(folder: Path) -> Result:
    """Measure the memory that such a sync takes at its peak, beside that of a list of the walk's paths."""
    root, again = _synced(folder)
    ours, peer = (_peak_mb(work) for work in (again, lambda: list(_paths(root))))
    return Result("sync-memory", ours, peer, "list of the walk's paths", "MB", peer / ours, None, _OBJECTS)


def moves(folder: Path) -> Result:
    """Time 1,000 moves: recorded, delivered, in the catalog and told in the history; against as many of shutil."""
    rounds = 3
    root = folder / "bucket"
    numbers = itertools.count()
    store = FolderStore(root)
    catalog = Catalog(folder / "catalog.sqlite")
    journal = Journal(folder / "journal.sqlite", _now_ms, lambda: f"{next(numbers):026d}")
    batches = iter([_pictures(root / RAW, _MOVES, f"ours{number}") for number in range(rounds)])
    plain = iter([_pictures(folder / "plain", _MOVES, f"peer{number}") for number in range(rounds)])
    (folder / "sorted").mkdir()
    _sync(store, catalog)

    def ours() -> None:
        names = {path.name for path in next(batches)}
        listed = [one for one in catalog.listing(RAW) if one.key.removeprefix(RAW) in names]
        journal.record(
            Kind.LABEL,
            "anna",
            [
                Choice(name, one.key, one.etag, f"{LABELED}soda-can/{name}")
                for one in listed
                for name in [one.key.removeprefix(RAW)]
            ],
        )
        report = Delivery(store, journal, catalog, _now_ms).run(silent, CancelToken(), flush=True)
        assert report.done == _MOVES, report

    def peer() -> None:
        for path in next(plain):
            shutil.move(path, folder / "sorted" / path.name)

    return race("moves", ours, peer, peer_name="shutil.move", goal=None, n=_MOVES, rounds=rounds)


def _synced(folder: Path) -> tuple[Path, "_Again"]:
    root = folder / "bucket"
    _pictures(root / RAW, _OBJECTS, "picture")
    again = _Again(FolderStore(root), Catalog(folder / "catalog.sqlite"))
    report = again()
    assert report.added == _OBJECTS, report
    time.sleep(2.5)  # a file this young is read again instead of remembered
    again()
    return root, again


class _Again:
    def __init__(self, store: FolderStore, catalog: Catalog) -> None:
        self._store = store
        self._catalog = catalog

    def __call__(self) -> SyncReport:
        return _sync(self._store, self._catalog)


def _sync(store: FolderStore, catalog: Catalog) -> SyncReport:
    return sync(store, catalog, now_ms=_now_ms(), progress=silent, cancel=CancelToken())


def _pictures(folder: Path, count: int, stem: str) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{1_767_600_000_000 + number}_soda-can_0.5_{stem}_{number:012x}.jpg" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_bytes(b"\xff\xd8 a picture, or as much of one as moving it needs %d %s" % (number, stem.encode()))
    return paths


def _walk(root: Path) -> int:
    return sum(path.stat(follow_symlinks=False).st_size for path in _paths(root))


def _paths(root: str | Path) -> Iterator["os.DirEntry[str]"]:
    with os.scandir(root) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _paths(entry.path)
            else:
                yield entry


def _peak_mb(work: "_Again | object") -> float:
    tracemalloc.start()
    try:
        seconds(work)  # type: ignore[arg-type]
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
