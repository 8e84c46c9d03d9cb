"""What can be told when somebody asks why the program is slow, or why it broke: text without secrets. Without Qt."""

import os
import platform
import sys
import traceback
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from desktop.core.errors import AppError
from desktop.core.files import replace_file
from desktop.core.texts import _

FOLDER = "crashes"
_KEPT = 20
"""Reports that are kept; the oldest go first."""
_PARTS = ("PySide6-Essentials", "numpy", "Pillow", "onnxruntime", "simplejpeg", "tomlkit")
Facts = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Section:
    """Facts under a heading."""

    title: str
    facts: Facts


def as_text(sections: Iterable[Section]) -> str:
    """Give sections as lines to copy; paths below the user's own folder begin with ``~``."""
    lines = []
    for section in sections:
        lines += [section.title, *(f"  {name}: {value}" for name, value in section.facts), ""]
    return shortened("\n".join(lines))


def shortened(text: str, user: Path | None = None) -> str:
    """Give a text in which the user's own folder is ``~``: its name is nobody's business."""
    folder = str(user or Path.home())
    return text.replace(folder, "~") if len(folder) > 1 else text


def versions() -> Facts:
    """Give the versions of the program and of what it stands on."""
    told = [(name, _version(name)) for name in ("sortloop", *_PARTS)]
    told += [("Python", platform.python_version()), (_("System"), platform.platform())]
    told += [(_("Processors"), str(os.cpu_count() or "?"))]
    return [*told, (_("Frozen"), _("yes") if getattr(sys, "frozen", False) else _("no"))]


def memory_bytes() -> int | None:
    """Give the memory that this process holds (resident set); None where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return None


def size_text(size_bytes: int | None) -> str:
    """Give a size as people read it."""
    if size_bytes is None:
        return "–"
    for unit, divisor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size_bytes >= divisor:
            return f"{size_bytes / divisor:.1f} {unit}"
    return f"{size_bytes} B"


def files_in(folder: Path) -> Facts:
    """Give the sizes of the files that lie directly in a folder: catalog, journal, caches in one file each."""
    try:
        found = sorted((path.name, path.stat().st_size) for path in folder.iterdir() if path.is_file())
    except OSError:
        return []
    return [(name, size_text(size)) for name, size in found]


def crash_text(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None, said: Sequence[str], when: str
) -> str:
    """Give the report of a crash: when, what, where in the program, on what; no picture and no file's content."""
    happened = "".join(traceback.format_exception(kind, error, trace)).rstrip()
    sections = [Section("Sortloop", [("time", when), *versions()]), Section("Last messages", [("-", one) for one in said[-10:]])]
    return f"{as_text(sections)}\n{shortened(happened)}\n"


def write_crash(home: Path, text: str, stamp: str) -> Path | None:
    """Keep a report as ``home/crashes/<time>.txt``; None where it cannot be written. Old ones go."""
    folder = home / FOLDER
    path = folder / f"{stamp}.txt"
    try:
        replace_file(path, text.encode("utf-8", "replace"))
        for old in sorted(folder.glob("*.txt"))[:-_KEPT]:
            old.unlink(missing_ok=True)
    except (OSError, AppError):
        return None
    return path


def _version(name: str) -> str:
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - it takes 30 ms, and few ever ask

    try:
        return version(name)
    except PackageNotFoundError:
        return "–"
