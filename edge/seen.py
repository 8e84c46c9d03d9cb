"""What a drop box has shown, so that a restart does not begin again."""

import contextlib
from pathlib import Path
from urllib.parse import quote, unquote


class Seen:
    """What a drop box has shown: a line a file, written when the next is asked for. A power cut may cost the last lines."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._marks: dict[str, str] = {}
        self._lines = 0
        self._unconfirmed: list[str] = []
        if file is not None and file.exists():
            lines = file.read_text("ascii", errors="replace").split("\n")
            read = (line.partition("\t") for line in lines)
            self._marks = {unquote(name, errors="surrogateescape"): mark for mark, _, name in read}
            self._lines = len(lines)

    def has(self, name: str, mark: str) -> bool:
        """Tell whether this very file was shown."""
        return self._marks.get(name) == mark

    def add(self, name: str, mark: str) -> None:
        """Take note of a file that is about to be shown."""
        self._marks[name] = mark
        self._unconfirmed.append(_line(name, mark))

    def confirm(self) -> None:
        """Write down what has been shown."""
        if self._file is not None and self._unconfirmed:
            with contextlib.suppress(OSError), self._file.open("a", encoding="ascii") as file:
                file.writelines(self._unconfirmed)
        self._lines += len(self._unconfirmed)
        self._unconfirmed.clear()

    def keep(self, names: list[str]) -> None:
        """Forget files that are gone; once they are the most, in the notes too.

        An empty folder tells nothing: its disk may not be mounted.
        """
        if not names:
            return
        self._marks = {name: self._marks[name] for name in names if name in self._marks}
        if self._file is not None and self._lines > 2 * len(self._marks) + 100:
            temporary = self._file.with_suffix(".tmp")
            with contextlib.suppress(OSError):
                temporary.write_text("".join(_line(name, mark) for name, mark in self._marks.items()), "ascii")
                temporary.replace(self._file)
                self._lines = len(self._marks)


def _line(name: str, mark: str) -> str:
    """Give a file's line; a name may hold what ends one."""
    return f"{mark}\t{quote(name, errors='surrogateescape')}\n"
