"""The window's own way in: what plainly asks for it is read here, since the reader of commands takes longer than the window."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from desktop.core.errors import ConfigError
from desktop.core.texts import _

_SCREENS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
"""On Linux a window needs one of these."""


class _Closes(Protocol):
    def close(self) -> object: ...


@dataclass(frozen=True, slots=True)
class Opening:
    """What a command line asks of the window."""

    bucket: str = ""
    home: str = ""
    exit_when_usable: bool = False


def asked(words: Sequence[str]) -> Opening | None:
    """Give what is asked of the window; None where the words are more than its name and where the plant is."""
    found = {"--bucket": os.environ.get("SORTLOOP_BUCKET", ""), "--home": os.environ.get("SORTLOOP_HOME", "")}
    leave, rest = False, iter(words)
    for word in rest:
        name, equals, value = word.partition("=")
        if name in found:
            following = value if equals else next(rest, None)
            if following is None:
                return None
            found[name] = following
        elif word == "--exit-when-usable":
            leave = True
        elif word != "gui":
            return None
    return Opening(found["--bucket"], found["--home"], leave)


def open_window(bucket: str, home: Path, *, exit_when_usable: bool = False) -> int:
    """Show the window until it is closed; give the exit code.

    Raises:
        ConfigError: there is no screen, or Qt is not installed.
    """
    if not screen():
        raise ConfigError(
            _("There is no screen to open the window on."),
            _("All it does can be done by commands, too: sortloop --help lists them."),
        )
    try:
        from desktop.ui.start import run  # noqa: PLC0415 - other commands need no Qt
    except ModuleNotFoundError as error:
        raise without(error) from error
    return run(bucket, home, when_usable=_leave if exit_when_usable else None)


def screen() -> bool:
    """Tell whether a window can be opened here; where that cannot be known, it can."""
    return not sys.platform.startswith("linux") or any(map(os.environ.get, _SCREENS))


def without(error: ModuleNotFoundError) -> Exception:
    """Say what the window lacks; one of our own modules missing is a bug and stays one."""
    name = (error.name or "").partition(".")[0]
    if name in ("", "desktop", "edge"):
        return error
    return ConfigError(
        _("{module} is not installed: the window needs it.").format(module=name),
        _("Install all that a desktop needs: pip install sortloop[desktop]"),
    )


def _leave(window: _Closes) -> None:
    """Say that the window stands, and close it: what measures its start waits for the word."""
    sys.stdout.write("usable\n")
    sys.stdout.flush()
    window.close()
