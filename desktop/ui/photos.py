"""Whole pictures at the size of the screen for the loupe, and all their pixels where somebody looks closer.

    want(images, box) ──the one in hand first, then its neighbours both ways──▶ a worker ──▶ arrived, picture by picture

As for thumbnails, a new wish replaces the one before it, and workers decode without holding Python's lock.
"""

import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QImage

from desktop.core.errors import AppError
from desktop.core.images import Image
from desktop.core.pictures import Pictures, Pixels
from desktop.ui.failures import Failure, Failures, Version, foreseen, unforeseen

Box = tuple[int, int]
_Slot = tuple[str, str, bool]
"""Name, version, and whether it has all pixels."""


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture in memory; hold on to it as long as its ``picture`` is painted."""

    picture: QImage
    width: int
    """Of the whole picture, upright."""
    height: int
    size_bytes: int
    box: Box | None
    """The room it was made for; None: it has all its pixels."""
    pixels: Pixels = field(repr=False)
    """What ``picture`` shows without a copy."""

    @property
    def whole(self) -> bool:
        """Whether no pixel is missing."""
        return self.picture.width() >= self.width


@dataclass(frozen=True, slots=True)
class _Wish:
    image: Image
    box: Box | None

    @property
    def key(self) -> Version:
        return self.image.name, self.image.etag


@dataclass(frozen=True, slots=True)
class _Answer:
    wish: _Wish
    made: Photo | Failure


class Photos(QObject):
    """Pictures in memory, and the thread that makes them."""

    arrived = Signal(str)
    """The name of an image that can be shown now (or better), or of which is known why not."""
    _woken = Signal()

    def __init__(self, open_pictures: Callable[[], Pictures], memory_bytes: int = 400 << 20) -> None:
        """Take how the worker opens its pictures (a catalog serves one thread), and how much is kept."""
        super().__init__()
        self._open = open_pictures
        self._memory_bytes = memory_bytes
        self._kept: OrderedDict[_Slot, Photo] = OrderedDict()
        self._failures = Failures()
        self._wanted: frozenset[Version] = frozenset()
        self._ready = threading.Condition()
        self._queue: deque[_Wish] = deque()
        self._working: _Wish | None = None
        self._answers: deque[_Answer] = deque()
        self._closed = False
        self._woken.connect(self._take, Qt.ConnectionType.QueuedConnection)
        self._thread = threading.Thread(target=self._work, name="photos", daemon=True)
        self._thread.start()

    def want(self, images: Sequence[Image], width_px: int, height_px: int) -> None:
        """Say what is looked at, then what may be next, in a room of so many physical pixels; replaces what was said before."""
        box = (max(1, width_px), max(1, height_px))
        before, self._wanted = self._wanted, frozenset((image.name, image.etag) for image in images)
        wishes = [_Wish(image, box) for image in images]
        with self._ready:
            self._queue = deque(wish for wish in wishes if self._lacks(wish, before))
            self._ready.notify()

    def get(self, image: Image) -> Photo | None:
        """Give a picture for the screen if it is in memory, whatever room it was made for."""
        return self._find((image.name, image.etag, False))

    def pixels(self, image: Image) -> Photo | None:
        """Give a picture with all its pixels; None while it is only being made so."""
        photo = self.get(image)
        if photo is not None and photo.whole:
            return photo
        photo = self._find((image.name, image.etag, True))
        wish = _Wish(image, None)
        if photo is None and wish.key not in self._failures:
            with self._ready:
                if wish != self._working and wish not in self._queue:
                    self._queue.appendleft(wish)
                    self._ready.notify()
        return photo

    def problem(self, image: Image) -> str | None:
        """Give why an image cannot be shown; None if it can, or nobody tried."""
        return self._failures.problem(image)

    def close(self) -> None:
        """Stop after what is being decoded, and wait for that."""
        with self._ready:
            self._closed = True
            self._queue.clear()
            self._ready.notify()
        self._thread.join()

    def _lacks(self, wish: _Wish, before: frozenset[Version]) -> bool:
        if not self._failures.may_help(wish.key, before) or wish == self._working:
            return False
        photo = self._kept.get((*wish.key, False))
        return photo is None or not (photo.whole or photo.box == wish.box)

    def _find(self, slot: _Slot) -> Photo | None:
        photo = self._kept.get(slot)
        if photo is not None:
            self._kept.move_to_end(slot)
        return photo

    def _work(self) -> None:
        pictures: Pictures | None = None
        while (wish := self._next()) is not None:
            try:
                if pictures is None:
                    pictures = self._open()
                answer = _Answer(wish, _made(pictures, wish))
            except Exception as error:  # noqa: BLE001 - whatever it is, it is told in place of the picture
                answer = _Answer(wish, unforeseen(error, wish.image.name))
            with self._ready:
                self._working = None
                self._answers.append(answer)
                closed = self._closed
            if not closed:
                self._woken.emit()

    def _next(self) -> _Wish | None:
        with self._ready:
            while not self._queue and not self._closed:
                self._ready.wait()
            self._working = None if self._closed else self._queue.popleft()
            return self._working

    @Slot()
    def _take(self) -> None:
        with self._ready:
            answers = list(self._answers)
            self._answers.clear()
        for answer in answers:
            if isinstance(answer.made, Failure):
                self._failures.add(answer.wish.key, answer.made)
            else:
                self._keep((*answer.wish.key, answer.wish.box is None), answer.made)
            self.arrived.emit(answer.wish.image.name)

    def _keep(self, slot: _Slot, photo: Photo) -> None:
        """Keep a picture, the newest last; those not looked at for longest make room, but never this one."""
        self._kept.pop(slot, None)
        self._kept[slot] = photo
        size = sum(one.pixels.nbytes for one in self._kept.values())
        while size > self._memory_bytes and len(self._kept) > 1:
            size -= self._kept.popitem(last=False)[1].pixels.nbytes


def _made(pictures: Pictures, wish: _Wish) -> Photo | Failure:
    try:
        found = pictures.photo(wish.image, wish.box)
    except (AppError, ValueError) as error:
        return foreseen(error)
    rows, columns = found.pixels.shape[:2]
    # No copy: one of fifty million pixels would hold Python's lock for a tenth of a second.
    picture = QImage(found.pixels.data, columns, rows, columns * 4, QImage.Format.Format_RGB32)
    return Photo(picture, found.width, found.height, wish.image.size_bytes, wish.box, found.pixels)
