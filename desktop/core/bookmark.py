"""Where the window stood in a plant when it was closed, so that it opens there again; one JSON file a plant."""

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from desktop.core.files import replace_file
from desktop.core.sorting import SessionState
from edge.contract.records import BadRecord, dump, load

FILE = "bookmark.json"
_ZOOMS = 0.01, 100.0


@dataclass(frozen=True, slots=True)
class Bookmark:
    """A place in the window."""

    station: str = ""
    """The station's name; empty: the first."""
    session: SessionState = field(default_factory=SessionState)
    """Of the sort queue."""
    loupe: bool = False
    """Whether one picture is shown large."""
    zoom: float | None = None
    """Screen pixels a picture's pixel in the loupe; None: the whole picture."""

    def __post_init__(self) -> None:
        if self.zoom is not None and not _ZOOMS[0] <= self.zoom <= _ZOOMS[1]:
            raise ValueError("zoom: out of bounds")


def read_bookmark(folder: Path) -> Bookmark:
    """Give where the window stood; the beginning if that is not known or makes no sense."""
    with suppress(OSError, BadRecord):
        return load(Bookmark, (folder / FILE).read_bytes())
    return Bookmark()


def write_bookmark(folder: Path, bookmark: Bookmark) -> None:
    """Keep where the window stands.

    Raises:
        StorageFullError: it could not be written.
    """
    replace_file(folder / FILE, dump(bookmark))
