"""A plant in a temporary folder: the real store, catalog, journal and pictures, with a clock and ids of their own."""

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from desktop.core.catalog import Catalog
from desktop.core.delivery import Delivery, DeliveryReport
from desktop.core.images import Image
from desktop.core.journal import Choice, Decision, Journal, Kind
from desktop.core.pictures import Look, Pencil, Pictures, Pixels
from desktop.core.ports import ABSENT, ObjectStore
from desktop.core.progress import CancelToken, silent
from desktop.core.sync import SyncReport, sync
from desktop.local.store import FolderStore
from edge.contract.keys import LABELED, RAW
from edge.contract.metadata import Clock as ClockState
from edge.contract.metadata import RawMetadata, Reason, encode_raw
from tests.clock import Clock, Ids


def plain_look(data: bytes) -> Look:
    """Look at bytes as if they were a picture; those that begin with ``bad`` are none."""
    return Look(None, None, "no picture") if data.startswith(b"bad") else Look(len(data), len(data), None)


def plain_shrink(data: bytes, size: int) -> bytes:
    """Give the first bytes, as if they were a thumbnail."""
    return data[:size]


def plain_reduce(data: bytes, at_least: int) -> Pixels:
    """Give the first bytes, as if they were a row of pixels."""
    if data.startswith(b"bad"):
        raise ValueError("no picture")
    row = np.frombuffer(data[:at_least], np.uint8)
    return np.repeat(row[np.newaxis, :, np.newaxis], 4, axis=2)


PLAIN_PENCIL = Pencil(
    plain_reduce,
    lambda pixels, width, height: pixels[:height, :width],
    lambda pixels: pixels[0, :, 0].tobytes(),
    lambda data: (len(data), 1),
)


class Plant:
    """One program's view of a bucket; two of them may share a bucket and have homes of their own."""

    def __init__(
        self,
        folder: Path,
        store: ObjectStore | None = None,
        *,
        home: str = "home",
        labeller: str = "ada",
        ids: Callable[[], str] | None = None,
    ) -> None:
        self.root = folder / "bucket"
        self.home = folder / home
        self.labeller = labeller
        self.clock = Clock()
        self.ids = ids or Ids(f"{labeller}-")
        self.store = store or FolderStore(self.root)
        self.open()

    def open(self) -> None:
        """Open catalog and journal, as the program does when it starts."""
        self.catalog = Catalog(self.home / "catalog.sqlite")
        self.journal = Journal(self.home / "journal.sqlite", self.clock, self.ids)
        self.pictures = Pictures(
            self.store, self.catalog, self.home / "pictures", look=plain_look, shrink=plain_shrink, pencil=PLAIN_PENCIL
        )

    def close(self) -> None:
        """Let the files go."""
        self.catalog.close()
        self.journal.close()

    def sync(self) -> SyncReport:
        """Bring the catalog up to the bucket."""
        return sync(self.store, self.catalog, now_ms=self.clock(), progress=silent, cancel=CancelToken())

    def deliver(self, *, flush: bool = False) -> DeliveryReport:
        """Deliver what can be delivered."""
        return Delivery(self.store, self.journal, self.catalog, self.clock).run(silent, CancelToken(), flush=flush)

    def send(self, name: str, body: bytes | None = None, key: str = "") -> None:
        """Send an image home, as a device does."""
        raw = RawMetadata("pi", 5, ClockState.SYNCED, Reason.CHANCE, 0.25)
        self.store.put(key or RAW + name, body or f"picture {name}".encode(), match=ABSENT, metadata=encode_raw(raw))

    def image(self, name: str) -> Image:
        """Give the image of a name as the catalog has it."""
        (known,) = self.catalog.find(name)
        return known.image

    def label(self, cls: str, *names: str, blind: bool = False) -> list[Decision]:
        """Decide that images belong to a class, from where the catalog or the journal leaves them."""
        return self.journal.record(Kind.LABEL, self.labeller, [self._choice(name, cls, blind) for name in names])

    def _choice(self, name: str, cls: str, blind: bool) -> Choice:
        planned = self.journal.overlay().get(name)
        image = self.image(name)
        source, etag = (planned, "") if planned else (image.key, image.etag)
        return Choice(name, source, etag, f"{LABELED}{cls}/{name}", blind)


def places(store: ObjectStore) -> dict[str, list[str]]:
    """Give the folders in which each image of the bucket lies."""
    found: dict[str, list[str]] = {}
    for key in keys_of(store):
        if key.endswith(".jpg"):
            folder, _slash, name = key.rpartition("/")
            found.setdefault(name, []).append(folder)
    return found


def keys_of(store: ObjectStore, prefixes: Iterable[str] = ("",)) -> list[str]:
    """Give the keys below some prefixes."""
    return [listed.key for prefix in prefixes for listed in store.list(prefix)]
