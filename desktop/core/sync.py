"""Bucket to catalog: two sorted listings side by side, only the differences written. Safe to stop and to run again."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from desktop.core.catalog import Catalog
from desktop.core.ports import Listed, ObjectStore
from desktop.core.progress import CancelToken, Progress, Step
from desktop.core.texts import _
from edge.contract.keys import BASE, DISCARDED, LABELED, PLACEHOLDER, RAW

PREFIXES = (RAW, LABELED, DISCARDED, BASE)
_BATCH = 2000


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync found."""

    objects: int
    """Objects in the bucket's image folders, placeholders left out."""
    added: int
    moved: int
    """Images that lie under another key now."""
    changed: int
    removed: int


def sync(store: ObjectStore, catalog: Catalog, *, now_ms: int, progress: Progress, cancel: CancelToken) -> SyncReport:
    """Bring the catalog up to the bucket and tell what differed.

    What we move ourselves after ``now_ms`` (the start) is left alone: the listing may be older than the move.
    """
    objects = added = changed = removed = 0
    names: set[str] = set()
    new: set[str] = set()
    left: set[str] = set()
    for prefix in PREFIXES:
        seen: list[Listed] = []
        gone: list[str] = []
        for here, there in _pairs(_images(store.list(prefix)), catalog.listing(prefix)):
            cancel.check()
            if here is None:
                key = there.key if there else ""
                gone.append(key)
                left.add(key.rpartition("/")[2])
                removed += 1
            else:
                objects += 1
                if here != there:
                    seen.append(here)
                    name = here.key.rpartition("/")[2]
                    names.add(name)
                    if there is None:
                        new.add(name)
                    added, changed = (added + 1, changed) if there is None else (added, changed + 1)
                if objects % 500 == 0:
                    progress(Step(_("Looking through the bucket"), objects, None, _("objects")))
            if len(seen) + len(gone) >= _BATCH:
                catalog.apply(seen, gone, now_ms)
                seen, gone = [], []
        catalog.apply(seen, gone, now_ms)
    twice = _moved_meanwhile(store, catalog, names)
    catalog.apply([], twice, now_ms)
    objects, removed, moved = objects - len(twice), removed + len(twice), len(new & left)
    progress(Step(_("Looking through the bucket"), objects, objects, _("objects")))
    catalog.set_fact("synced_ms", str(now_ms))
    return SyncReport(objects, added - moved, moved, changed, removed - moved)


def _moved_meanwhile(store: ObjectStore, catalog: Catalog, names: set[str]) -> list[str]:
    """Give the keys that are gone of what is new and seems to lie in two places: moved on between two of the listings."""
    twins = catalog.twins() if names else {}
    keys = [key for name in twins.keys() & names for key in twins[name]]
    return [key for key in keys if all(listed.key != key for listed in islice(store.list(key), 1))]


def _images(listing: Iterator[Listed]) -> Iterator[Listed]:
    return (listed for listed in listing if not listed.key.endswith(("/", "/" + PLACEHOLDER)))


def _pairs(bucket: Iterator[Listed], catalog: Iterator[Listed]) -> Iterator[tuple[Listed | None, Listed | None]]:
    """Walk two listings in the order of their keys; what is missing on a side is None."""
    here, there = next(bucket, None), next(catalog, None)
    while here is not None or there is not None:
        left = None if here is None else here.key.encode()
        right = None if there is None else there.key.encode()
        if right is None or (left is not None and left < right):
            yield here, None
            here = next(bucket, None)
        elif left is None or right < left:
            yield None, there
            there = next(catalog, None)
        else:
            yield here, there
            here, there = next(bucket, None), next(catalog, None)
