"""Cameras by URL.

    folder:///var/pictures             the JPEGs of a folder and those below it, in name order, then the end
        ?loop=1                        again and again
        ?watch=1                       a drop box: waits for new files, never ends
    synthetic://?seed=1&size=400       drawn pictures of the default classes without end; count=N, burst=N frames a scene, field=1

Both keep a simulated clock: ``start_ms`` (default: so that a replay ends now) and ``interval_ms`` between captures (default
10,000: a slot a picture). A file whose name says when it was captured keeps that time; in a drop box the file's own time counts
unless ``start_ms`` is given. Without a configured interval a replay goes as fast as it is answered, an endless one shows a
picture a second. Tags are taken out, the rest of the bytes stay as they are.
"""

import contextlib
import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

from edge.contract.metadata import Clock
from edge.contract.names import SLOT_MS, parse_name
from edge.disk import open_file, walk
from edge.jpeg import BadJpeg, strip_tags
from edge.ports import Camera, CameraError, EndOfPictures, Frame
from edge.preprocess import MAX_IMAGE_BYTES

WATCH_S = 0.2
"""How often a drop box is looked into."""
SETTLE_S = 2.0
"""A file that is no whole picture may still be written; after so long without a change it is damaged."""

Wait = Callable[[float], bool]
"""Sleeps for some seconds; True as soon as the program shall end."""


class BadCamera(ValueError):
    """A camera's URL that makes no sense; the message is a plain reason."""


class PacedCamera(Camera, Protocol):
    """A camera that knows how often it likes to be asked."""

    interval_s: float


@dataclass(frozen=True, slots=True)
class FolderOptions:
    """What may stand behind the ``?`` of a folder's URL."""

    loop: int = 0
    watch: int = 0
    interval_ms: int = SLOT_MS
    start_ms: int = 0


@dataclass(frozen=True, slots=True)
class SyntheticOptions:
    """What may stand behind the ``?`` of a synthetic camera's URL."""

    seed: int = 0
    size: int = 400
    interval_ms: int = SLOT_MS
    start_ms: int = 0
    count: int = 0
    """How many pictures; 0: no end."""
    burst: int = 1
    field: int = 1
    """0: pictures as in a catalogue."""


def open_camera(url: str, wait: Wait, seen: Path | None = None) -> PacedCamera:
    """Give the camera of a URL.

    Args:
        url: As above.
        wait: How a drop box waits.
        seen: Where a drop box notes what it has shown, so that a restart does not begin again.

    Raises:
        BadCamera: the URL makes no sense, or its folder does not exist.
    """
    parts = urlsplit(url)
    if parts.scheme == "folder":
        folder = Path(unquote(parts.netloc + parts.path)).expanduser()
        if not folder.is_dir():
            raise BadCamera(f"the folder {str(folder)!r} does not exist")
        return FolderCamera(folder, _options(FolderOptions, parts.query), wait, seen=seen)
    if parts.scheme == "synthetic":
        return SyntheticCamera(_options(SyntheticOptions, parts.query or parts.netloc))
    raise BadCamera(f"{url!r}: folder:///path or synthetic:// was expected" if url else "no camera is given")


class Seen:
    """What a drop box has shown: a line a file, written when the next is asked for. A power cut may cost the last lines."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._marks: dict[str, str] = {}
        self._lines = 0
        self._unconfirmed: list[str] = []
        if file is not None and file.exists():
            lines = file.read_text("utf-8", errors="surrogateescape").split("\n")
            self._marks = {name: mark for mark, _, name in (line.partition("\t") for line in lines)}
            self._lines = len(lines)

    def has(self, name: str, mark: str) -> bool:
        """Tell whether this very file was shown."""
        return self._marks.get(name) == mark

    def add(self, name: str, mark: str) -> None:
        """Take note of a file that is about to be shown."""
        self._marks[name] = mark
        self._unconfirmed.append(f"{mark}\t{name}\n")

    def confirm(self) -> None:
        """Write down what has been shown."""
        if self._file is not None and self._unconfirmed:
            with contextlib.suppress(OSError), self._file.open("a", encoding="utf-8", errors="surrogateescape") as file:
                file.writelines(self._unconfirmed)
        self._lines += len(self._unconfirmed)
        self._unconfirmed.clear()

    def keep(self, names: list[str]) -> None:
        """Forget files that are gone; once they are the most, in the notes too."""
        self._marks = {name: self._marks[name] for name in names if name in self._marks}
        if self._file is not None and self._lines > 2 * len(self._marks) + 100:
            temporary = self._file.with_suffix(".tmp")
            with contextlib.suppress(OSError):
                lines = "".join(f"{mark}\t{name}\n" for name, mark in self._marks.items())
                temporary.write_text(lines, "utf-8", errors="surrogateescape")
                temporary.replace(self._file)
                self._lines = len(self._marks)


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
                frame = self._frame(name, captured_ms=0 if self._start_ms else state.st_mtime_ns // 1_000_000)
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


class SyntheticCamera:
    """Draws pictures; the same ones for the same seed."""

    def __init__(self, options: SyntheticOptions, now_ms: Callable[[], int] | None = None) -> None:
        if options.burst < 1 or options.size < 16:
            raise BadCamera("burst: at least 1; size: at least 16")
        self.interval_s = 0.0 if options.count else 1.0
        self._options = options
        self._start_ms = options.start_ms or (now_ms or _now_ms)() - options.count * options.interval_ms
        self._count = 0

    def capture(self) -> Frame:
        """Draw the next picture.

        Raises:
            EndOfPictures: ``count`` are drawn.
        """
        from edge.scenes import CLASSES, draw  # noqa: PLC0415  # a device with a real camera never draws

        options, count = self._options, self._count
        if options.count and count >= options.count:
            raise EndOfPictures
        self._count += 1
        scene, jitter = divmod(count, options.burst)
        number = int.from_bytes(hashlib.sha256(f"{options.seed}\n{scene}".encode()).digest()[:6], "big")
        cls = CLASSES[number % len(CLASSES)]
        jpeg = strip_tags(draw(cls, number >> 16, options.size, field=bool(options.field), jitter=jitter))
        return Frame(jpeg, self._start_ms + count * options.interval_ms, Clock.SIMULATED, f"synthetic:{cls}:{count}")

    def close(self) -> None:
        """Do nothing: there is nothing to let go."""


def _options(kind: Any, query: str) -> Any:
    known = [each.name for each in fields(kind)]
    values = {}
    for key, text in parse_qsl(query, keep_blank_values=True):
        if key not in known:
            raise BadCamera(f"{key!r} is unknown; known are {', '.join(known)}")
        if not text.isascii() or not text.isdigit():
            raise BadCamera(f"{key}: a whole number was expected, not {text!r}")
        values[key] = int(text)
    return kind(**values)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
