"""Images and thumbnails on this computer, within a quota; least recently used goes first. A cache, like the catalog.

A picture's file is named by what it is (name, ETag), never by its key, so no key reaches the file system.
"""

import hashlib
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from desktop.core.catalog import Catalog, Content, Known, Label
from desktop.core.errors import ConfigError, NotFoundError, StorageFullError
from desktop.core.images import Image
from desktop.core.ports import ObjectStore, Stored
from desktop.core.progress import CancelToken, Progress, Step
from desktop.core.rungs import Rungs
from desktop.core.texts import _
from edge.contract.metadata import decode_label, decode_raw

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DEFAULT_QUOTA_BYTES = 10 << 30
RUNGS = (192, 256, 384, 512, 768, 1024, 1536, 2048)
"""The sizes in which pictures are kept for the screen: a window has hundreds of sizes, each of these serves many."""
MAX_BYTES = 256 << 20
"""What is larger is no picture, and is not read into memory to find out."""
_ALL = 1 << 20
"""More pixels than any picture has on a side."""
KEPT_S = 3600
"""What was given out within the last hour stays, quota or not: a training or a measurement may be about to read it."""


@dataclass(frozen=True, slots=True)
class Look:
    """What decoding a picture tells: its two fingerprints, or why there are none."""

    dhash: int | None
    phash: int | None
    problem: str | None


Pixels: TypeAlias = "NDArray[np.uint8]"
"""Rows of B, G, R and 255, as a screen takes them."""
Fit: TypeAlias = Callable[["Pixels", int, int], "Pixels"]
"""Makes pixels fit a width and a height, never larger than they are."""
FEW_PIXELS = 100_000
"""So few may be made to fit by a hand that lets no other thread work: 0.2 ms."""


@dataclass(frozen=True, slots=True)
class Pencil:
    """How pictures get onto the screen; ``reduce`` and ``fit`` leave other threads alone while they work."""

    reduce: Callable[[bytes, int], Pixels]
    """Decode a picture upright at the smallest scale whose longer side still has that many pixels; ``ValueError``: why not."""
    fit: Fit
    pack: Callable[[Pixels], bytes]
    """Give pixels as a JPEG."""
    measure: Callable[[bytes], tuple[int, int]]
    """Give width and height of a whole picture held upright; only its head is read."""


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture from its own bytes, and how large the whole of it is."""

    width: int
    height: int
    pixels: Pixels


class _TooLarge(ConfigError):
    """A file that is no picture, whatever its name says."""


class Pictures:
    """The bytes of images: from the cache, else from the bucket, and then looked at once."""

    def __init__(
        self,
        store: ObjectStore,
        catalog: Catalog,
        folder: Path,
        *,
        look: Callable[[bytes], Look],
        shrink: Callable[[bytes, int], bytes],
        pencil: Pencil,
        quota_bytes: int = DEFAULT_QUOTA_BYTES,
    ) -> None:
        self._store = store
        self._catalog = catalog
        self._folder = folder
        self._look = look
        self._shrink = shrink
        self._pencil = pencil
        self._quota_bytes = quota_bytes
        self._rungs = Rungs(folder / "rungs.sqlite", quota_bytes // 10)
        self._size_bytes: int | None = None
        self._full_bytes = float(quota_bytes)
        """The size at which room is made next."""

    def fetch(self, image: Image) -> Path:
        """Give a file with the image's bytes.

        Raises:
            NotFoundError: the image is no longer where it was, or no longer the same. ConfigError: it is too large for one.
        """
        path = self._path(image, "picture")
        return path if self._touch(path) else self._get(image)

    def fetch_all(self, images: Iterable[Image], progress: Progress, cancel: CancelToken) -> list[str]:
        """Fetch images that were not looked at yet (:func:`unseen`); give the keys of those that are gone, changed or too large.

        The cache does not spare a fetch here: it keeps bytes, but not the metadata that came with them. Nobody waits for
        the bytes, so they are the first to make room.
        """
        wanted = list(images)
        gone = []
        for number, image in enumerate(wanted):
            cancel.check()
            progress(Step(_("Fetching pictures"), number, len(wanted), _("pictures")))
            try:
                path = self._get(image)
                with suppress(OSError):
                    os.utime(path, (time.time() - KEPT_S,) * 2)
            except (NotFoundError, _TooLarge):
                gone.append(image.key)
        progress(Step(_("Fetching pictures"), len(wanted), len(wanted), _("pictures")))
        return gone

    def thumbnail(self, image: Image, size: int) -> bytes:
        """Give a JPEG that fits a square of ``size`` pixels, the right way up.

        Raises:
            BadImage: it cannot be decoded.
        """
        path = self._path(image, f"thumb{size}")
        with suppress(FileNotFoundError):  # another process may make room between the two
            if self._touch(path):
                return path.read_bytes()
        small = self._shrink(self.fetch(image).read_bytes(), size)
        self._write(path, small)
        return small

    def pixels(self, image: Image, width: int, height: int, quick: Fit | None = None) -> Pixels:
        """Give what a screen shows of an image in a box: whole, the right way up, never enlarged.

        One decode gives both what is shown and what is kept: a JPEG of the next rung, as large as the decoder left it.
        What has few pixels is made to fit by ``quick``, if there is one.

        Raises:
            ValueError: it cannot be decoded; the message is a plain reason. NotFoundError, ConfigError: as for :meth:`fetch`.
        """
        wanted = max(width, height)
        rung = next((rung for rung in RUNGS if rung >= wanted), None)
        if rung is None:
            return self._pencil.fit(self._pencil.reduce(self.fetch(image).read_bytes(), wanted), width, height)
        digest = _digest(image.name, image.etag)
        if (kept := self._rungs.get(digest, rung)) is not None:
            with suppress(ValueError):  # torn: made anew
                return self._fit(self._pencil.reduce(kept, wanted), width, height, quick)
        reduced = self._pencil.reduce(self.fetch(image).read_bytes(), rung)
        self._rungs.put(digest, rung, self._pencil.pack(reduced))
        return self._fit(reduced, width, height, quick)

    def photo(self, image: Image, box: tuple[int, int] | None) -> Photo:
        """Give an image from its own bytes for a box, the right way up and never enlarged; without a box all its pixels.

        Raises:
            ValueError: it cannot be decoded; the message is a plain reason. NotFoundError, ConfigError: as for :meth:`fetch`.
        """
        data = self.fetch(image).read_bytes()
        pixels = self._pencil.reduce(data, max(box) if box else _ALL)
        width, height = self._pencil.measure(data)
        return Photo(width, height, self._pencil.fit(pixels, *box) if box else pixels)

    def forget(self, image: Image) -> None:
        """Remove all that is kept of an image."""
        digest = _digest(image.name, image.etag)
        for path in self._folder.glob(f"*/{digest}.*"):
            path.unlink(missing_ok=True)
        self._rungs.forget(digest)

    def close(self) -> None:
        """Let the files go."""
        self._rungs.close()

    def _fit(self, pixels: Pixels, width: int, height: int, quick: Fit | None) -> Pixels:
        few = pixels.shape[0] * pixels.shape[1] <= FEW_PIXELS
        return (quick if quick is not None and few else self._pencil.fit)(pixels, width, height)

    def _get(self, image: Image) -> Path:
        if image.size_bytes > MAX_BYTES:
            raise _TooLarge(_("{key} is too large for a picture.").format(key=image.key), _("Remove it by hand."))
        stored = self._stored(image)
        self._learn(stored)
        path = self._path_of(image.name, stored.listed.etag)
        self._write(path, stored.body)
        if stored.listed.etag != image.etag:
            raise NotFoundError(_("{key} was changed meanwhile.").format(key=image.key), _("Sync, and look again."))
        return path

    def _stored(self, image: Image) -> Stored:
        """Read an image where it lies, or where the catalog says it went: it may be sorted faster than it is shown."""
        try:
            return self._store.get(image.key)
        except NotFoundError:
            moved = self._catalog.image(image.name)
            if moved is None or moved.key == image.key:
                raise
            return self._store.get(moved.key)

    def _learn(self, stored: Stored) -> None:
        look = self._look(stored.body)
        raw, label = decode_raw(stored.metadata), decode_label(stored.metadata)
        content = Content(
            sha256=hashlib.sha256(stored.body).hexdigest(),
            dhash=look.dhash,
            phash=look.phash,
            problem=look.problem,
            reason=raw.reason if raw else None,
            probability=raw.probability if raw else None,
        )
        told = Label(label.decision, label.labeller, label.labelled_ms, label.blind) if label else Label()
        self._catalog.learn(stored.listed, content, told)

    def _path(self, image: Image, kind: str) -> Path:
        return self._path_of(image.name, image.etag, kind)

    def _path_of(self, name: str, etag: str, kind: str = "picture") -> Path:
        digest = _digest(name, etag)
        return self._folder / digest[:2] / f"{digest}.{kind}"

    def _touch(self, path: Path) -> bool:
        try:
            os.utime(path)
        except OSError:  # a cache that cannot be read is as good as none
            return False
        return True

    def _write(self, path: Path, data: bytes) -> None:
        unfinished = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}.tmp")
        try:
            try:
                unfinished.write_bytes(data)
            except FileNotFoundError:
                path.parent.mkdir(parents=True, exist_ok=True)
                unfinished.write_bytes(data)
            os.replace(unfinished, path)
        except OSError as error:
            with suppress(OSError):
                unfinished.unlink()
            raise StorageFullError(
                _("The picture cache cannot be written: {error}.").format(error=error.strerror or error),
                _("Free some space on this computer, or set a smaller quota."),
            ) from error
        self._make_room(len(data))

    def _make_room(self, added_bytes: int) -> None:
        """Delete the least recently used files once the quota is passed, down to nine tenths of it; not what is in use."""
        if self._size_bytes is None:
            self._size_bytes = sum(size_bytes for _used, size_bytes, _path in self._files()) + self._rungs.size_bytes()
        else:
            self._size_bytes += added_bytes
        if self._size_bytes <= self._full_bytes:
            return
        files = sorted(self._files())
        size = sum(file[1] for file in files) + self._rungs.size_bytes()
        in_use_ns = time.time_ns() - KEPT_S * 1_000_000_000
        for used_ns, size_bytes, path in files:
            if size <= self._quota_bytes * 0.9 or used_ns > in_use_ns:
                break
            path.unlink(missing_ok=True)
            size -= size_bytes
        self._size_bytes = size
        self._full_bytes = max(self._quota_bytes, size + self._quota_bytes * 0.1)  # not a walk for every picture more

    def _files(self) -> Iterator[tuple[int, int, Path]]:
        """Give the files with their last use and size; those that another process removes meanwhile are left out."""
        for path in self._folder.glob("??/*"):
            with suppress(FileNotFoundError):
                stat = path.stat()
                yield stat.st_mtime_ns, stat.st_size, path


def unseen(known: Iterable[Known]) -> list[Image]:
    """Give the images whose bytes or metadata were not seen yet in the place where they lie now."""
    return [one.image for one in known if one.content is None or one.label is None]


def _digest(name: str, etag: str) -> str:
    return hashlib.sha256(f"{name}\n{etag}".encode(errors="surrogatepass")).hexdigest()
