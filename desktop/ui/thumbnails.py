"""Thumbnails, asked for and not pushed: whoever shows pictures says which, nearest first; what scrolled away is never decoded.

    want(owner, images) ──replaces the owner's queue──▶ a free worker takes a head ──▶ arrived, one wake-up a batch

Workers decode without holding Python's lock; owners are served in turns. All but the queues belongs to the window's thread.
"""

import os
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, QSize, Qt, Signal, Slot
from PySide6.QtGui import QImage

from desktop.core.errors import AppError
from desktop.core.images import Image
from desktop.core.pictures import Pictures, Pixels
from desktop.ui.failures import Failure, Failures, Version, foreseen, unforeseen

_REST_S = 0.02
"""A little more than a frame. A key held down comes each 33 ms: between two, the workers still go on."""
_MOST_REST_S = 0.1
"""Keys that come faster than that may not starve what is to be shown: after so long without a pause, decoding goes on."""


@dataclass(frozen=True, slots=True)
class _Wish:
    """One image for a box of so many pixels."""

    image: Image
    width: int
    height: int

    @property
    def key(self) -> tuple[str, str, int, int]:
        return self.image.name, self.image.etag, self.width, self.height


@dataclass(frozen=True, slots=True)
class _Answer:
    wish: _Wish
    made: QImage | Failure


class Thumbnails(QObject):
    """Small pictures in memory, and the threads that make them."""

    arrived = Signal(list)
    """The names of images that can be shown now, or of which is known why not."""
    _woken = Signal()

    def __init__(self, open_pictures: Callable[[], Pictures], workers: int | None = None, memory_bytes: int = 256 << 20) -> None:
        """Take how a worker opens its pictures (a catalog serves one thread), how many there are, and how much is kept."""
        super().__init__()
        self._open = open_pictures
        self._memory_bytes = memory_bytes
        self._kept: OrderedDict[tuple[str, str, int, int], QImage] = OrderedDict()
        self._kept_bytes = 0
        self._failures = Failures()
        self._wanted: dict[str, frozenset[Version]] = {}
        self._ready = threading.Condition()
        self._queues: OrderedDict[str, deque[_Wish]] = OrderedDict()
        self._working: set[tuple[str, str, int, int]] = set()
        """What a worker has in hand, or has made and the window has not taken yet."""
        self._answers: deque[_Answer] = deque()
        self._woken_already = False
        self._closed = False
        self._asked_to_rest_s = self._resting_since_s = self._resting_until_s = 0.0
        self._woken.connect(self._take, Qt.ConnectionType.QueuedConnection)
        count = max(1, (os.cpu_count() or 2) - 1) if workers is None else workers
        self._threads = [threading.Thread(target=self._work, name=f"thumbnails {number}", daemon=True) for number in range(count)]
        for thread in self._threads:
            thread.start()

    def want(self, owner: str, images: Sequence[Image], size_px: int, height_px: int = 0) -> None:
        """Say what an owner shows, nearest first, in a box of so many physical pixels; replaces what it said before.

        What failed for a passing reason is tried again where the owner did not want it a moment ago.
        """
        height_px = height_px or size_px
        before = self._wanted.get(owner, frozenset())
        self._wanted[owner] = frozenset((image.name, image.etag) for image in images)
        queue = deque(
            _Wish(image, size_px, height_px)
            for image in images
            if (image.name, image.etag, size_px, height_px) not in self._kept
            and self._failures.may_help((image.name, image.etag), before)
        )
        with self._ready:
            if queue:
                self._queues[owner] = queue
                self._ready.notify_all()
            else:
                self._queues.pop(owner, None)

    def get(self, image: Image, size_px: int, height_px: int = 0) -> QImage | None:
        """Give a picture if it is in memory."""
        key = (image.name, image.etag, size_px, height_px or size_px)
        picture = self._kept.get(key)
        if picture is not None:
            self._kept.move_to_end(key)
        return picture

    def problem(self, image: Image) -> str | None:
        """Give why an image cannot be shown; None if it can, or nobody tried."""
        return self._failures.problem(image)

    def rest(self, for_s: float = _REST_S) -> None:
        """Begin no picture for a moment: a key was pressed, and what it does comes first."""
        now_s = time.monotonic()  # without the lock: no worker is waited for
        if now_s - self._asked_to_rest_s > _REST_S:
            self._resting_since_s = now_s
        self._asked_to_rest_s = now_s
        self._resting_until_s = min(now_s + for_s, self._resting_since_s + max(for_s, _MOST_REST_S))

    def waiting(self) -> int:
        """Give how many are wanted and not here yet."""
        with self._ready:
            return sum(map(len, self._queues.values())) + len(self._working)

    def close(self, patience_s: float = 10.0) -> None:
        """Stop after what is being decoded, and wait for that; what does not stop in time ends with the program."""
        with self._ready:
            self._closed = True
            self._queues.clear()
            self._ready.notify_all()
        deadline_s = time.monotonic() + patience_s
        for thread in self._threads:
            thread.join(max(0.0, deadline_s - time.monotonic()))

    def _known(self, wish: _Wish) -> bool:
        """Tell whether a wish was met since it was made."""
        return wish.key in self._kept or (wish.image.name, wish.image.etag) in self._failures

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
                self._answers.append(answer)
                wake = not self._woken_already and not self._closed
                self._woken_already = True
            if wake:
                self._woken.emit()

    def _next(self) -> _Wish | None:
        """Give the head of the next owner's queue; waits for one; None at the end."""
        with self._ready:
            while not self._closed:
                while self._queues and not self._closed:
                    if (resting_s := self._resting_until_s - time.monotonic()) > 0:
                        self._ready.wait(resting_s)
                        continue
                    owner, queue = next(iter(self._queues.items()))
                    wish = queue.popleft()
                    if queue:
                        self._queues.move_to_end(owner)
                    else:
                        del self._queues[owner]
                    if wish.key not in self._working and not self._known(wish):
                        self._working.add(wish.key)
                        return wish
                if not self._closed:  # else the word that it is closed was taken while it rested, and none would follow
                    self._ready.wait()
        return None

    @Slot()
    def _take(self) -> None:
        with self._ready:
            answers = list(self._answers)
            self._answers.clear()
            self._woken_already = False
            for answer in answers:
                self._working.discard(answer.wish.key)
                if isinstance(answer.made, Failure):
                    self._failures.add((answer.wish.image.name, answer.wish.image.etag), answer.made)
                else:
                    self._keep(answer.wish.key, answer.made)
        if answers:
            self.arrived.emit([answer.wish.image.name for answer in answers])

    def _keep(self, key: tuple[str, str, int, int], picture: QImage) -> None:
        before = self._kept.pop(key, None)
        self._kept[key] = picture
        self._kept_bytes += picture.sizeInBytes() - (before.sizeInBytes() if before is not None else 0)
        while self._kept_bytes > self._memory_bytes and len(self._kept) > 1:
            self._kept_bytes -= self._kept.popitem(last=False)[1].sizeInBytes()


def _made(pictures: Pictures, wish: _Wish) -> QImage | Failure:
    try:
        pixels = pictures.pixels(wish.image, wish.width, wish.height, _fitted)
    except (AppError, ValueError) as error:
        return foreseen(error)
    rows, columns = pixels.shape[:2]
    # The copy outlives the array; it is a small one, for it holds Python's lock.
    return QImage(pixels.data, columns, rows, columns * 4, QImage.Format.Format_RGB32).copy()


def _fitted(pixels: Pixels, width: int, height: int) -> Pixels:
    """Make a small picture fit by Qt's hand: five times as fast as Pillow's and as good, but it keeps Python's lock."""
    import numpy as np  # noqa: PLC0415 - on a worker's time; the window's start does without

    rows, columns = pixels.shape[:2]
    scale = min(width / columns, height / rows)
    if scale >= 1:
        return pixels
    size = QSize(max(1, round(columns * scale)), max(1, round(rows * scale)))
    whole = QImage(pixels.data, columns, rows, columns * 4, QImage.Format.Format_RGB32)
    small = whole.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
    return np.frombuffer(small.constBits(), np.uint8).reshape(size.height(), size.width(), 4).copy()
