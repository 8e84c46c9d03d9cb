"""A folder as a camera: its pictures one after the other, or a drop box that waits for new ones."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from edge.contract.metadata import Clock
from edge.contract.names import SLOT_MS, parse_name
from edge.disk import open_file, walk
from edge.jpeg import BadJpeg, strip_tags
from edge.ports import CameraError, EndOfPictures, Frame
from edge.preprocess import MAX_IMAGE_BYTES
from edge.seen import Seen

WATCH_S = 0.2
"""How often a drop box is looked into."""
SETTLE_S = 2.0
"""A file that is no whole picture may still be written; after so long without a change it is damaged."""
Wait = Callable[[float], bool]
"""Sleeps for some seconds; True as soon as the program shall end."""


@dataclass(frozen=True, slots=True)
class FolderOptions:
    """What may stand behind the ``?`` of a folder's URL."""

    loop: int = 0
    watch: int = 0
    interval_ms: int = SLOT_MS
    start_ms: int = 0


class FolderCamera:
    """Replays the pictures of a folder."""

    def __init__(
        self,
        folder: Path,
        options: FolderOptions,
        wait: Wait,
        now_ms: Callable[[], int] | None = None,
        seen: Path | None = None,
    ) -> None:
        self.interval_s = 1.0 if options.loop else 0.0
        self._folder = folder
        self._options = options
        self._wait = wait
        self._now_ms = now_ms or _now_ms
        self._count = 0
        self._start_ms = options.start_ms
        self._seen = Seen(seen)
        self._files = self._watch() if options.watch else self._replay()

    def capture(self) -> Frame:
        """Give the next picture.

        Raises:
            CameraError: a damaged file, the next call goes on behind it. EndOfPictures: none any more, or the program shall end.
        """
        self._seen.confirm()
        try:
            frame = next(self._files, None)
        except OSError as error:
            self._files = self._watch() if self._options.watch else iter(())
            raise CameraError(f"{self._folder}: {error.strerror or error}") from error
        if frame is None:
            raise EndOfPictures
        if isinstance(frame, CameraError):
            raise frame
        return frame

    def close(self) -> None:
        """Note the last picture as shown."""
        self._seen.confirm()

    def _replay(self) -> Iterator[Frame | CameraError]:
        while names := list(self._names()):
            self._start_ms = self._start_ms or self._now_ms() - len(names) * self._options.interval_ms
            for name in names:
                yield self._frame(name)
            if not self._options.loop:
                return

    def _watch(self) -> Iterator[Frame | CameraError]:
        while True:
            names = list(self._names())
            self._seen.keep(names)
            for name in names:
                try:
                    state = (self._folder / name).stat()
                except FileNotFoundError:
                    continue
                mark = f"{state.st_size} {state.st_mtime_ns}"
                if self._seen.has(name, mark):
                    continue
                frame = self._frame(name, captured_ms=0 if self._start_ms else max(0, state.st_mtime_ns // 1_000_000))
                if isinstance(frame, CameraError) and self._now_ms() / 1000 - state.st_mtime < SETTLE_S:
                    continue
                self._seen.add(name, mark)
                yield frame
            if self._wait(WATCH_S):
                return

    def _names(self) -> Iterator[str]:
        """Give the JPEGs' paths below the folder; what a program is still writing has another ending."""
        for path in walk(str(self._folder).encode(errors="surrogateescape")):
            name = path.decode(errors="surrogateescape")
            if name.lower().endswith((".jpg", ".jpeg")) and not name.rpartition("/")[2].startswith("."):
                yield name

    def _frame(self, name: str, captured_ms: int = 0) -> Frame | CameraError:
        shown = name.encode(errors="surrogateescape").decode(errors="replace")
        try:
            with open_file(str(self._folder / name)) as file:
                data = file.read(MAX_IMAGE_BYTES + 1)
            if len(data) > MAX_IMAGE_BYTES:
                return CameraError(f"{shown}: larger than {MAX_IMAGE_BYTES >> 20} MB")
            jpeg = strip_tags(data)
        except BadJpeg as error:
            return CameraError(f"{shown}: {error}")
        except OSError as error:
            return CameraError(f"{shown}: {error.strerror or error}")
        simulated_ms = captured_ms or self._start_ms + self._count * self._options.interval_ms
        self._count += 1
        named_ms = parse_name(shown.rpartition("/")[2]).captured_ms
        return Frame(jpeg, named_ms or simulated_ms, Clock.SIMULATED, shown)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
