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

from dataclasses import fields
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

from edge.folder_camera import FolderCamera, FolderOptions, Wait
from edge.ports import Camera
from edge.synthetic_camera import SyntheticCamera, SyntheticOptions

_MAX_DIGITS = 13
"""Of a number in a URL: times until the year 2286, which names can say."""


class BadCamera(ValueError):
    """A camera's URL that makes no sense; the message is a plain reason."""


class PacedCamera(Camera, Protocol):
    """A camera that knows how often it likes to be asked."""

    interval_s: float


def open_camera(url: str, wait: Wait, seen: Path | None = None) -> PacedCamera:
    """Give the camera of a URL.

    Args:
        url: As above.
        wait: How a drop box waits.
        seen: Where a drop box notes what it has shown, so that a restart does not begin again.

    Raises:
        BadCamera: the URL makes no sense, or its folder does not exist.
    """
    try:
        parts = urlsplit(url)
        folder = Path(unquote(parts.netloc + parts.path)).expanduser()
    except (ValueError, RuntimeError) as error:  # brackets that do not match, a user that does not exist
        raise BadCamera(f"{url!r}: {error}") from error
    if parts.scheme == "folder":
        if not folder.is_dir():
            raise BadCamera(f"the folder {str(folder)!r} does not exist")
        return FolderCamera(folder, _options(FolderOptions, parts.query), wait, seen=seen)
    if parts.scheme == "synthetic":
        return SyntheticCamera(_options(SyntheticOptions, parts.query or parts.netloc))
    raise BadCamera(f"{url!r}: folder:///path or synthetic:// was expected" if url else "no camera is given")


def _options(kind: Any, query: str) -> Any:
    known = [each.name for each in fields(kind)]
    values = {}
    for key, text in parse_qsl(query, keep_blank_values=True):
        if key not in known:
            raise BadCamera(f"{key!r} is unknown; known are {', '.join(known)}")
        if not text.isascii() or not text.isdigit() or len(text) > _MAX_DIGITS:
            raise BadCamera(f"{key}: a whole number of at most {_MAX_DIGITS} digits was expected, not {text[:40]!r}")
        values[key] = int(text)
    try:
        return kind(**values)
    except ValueError as error:
        raise BadCamera(str(error)) from error
