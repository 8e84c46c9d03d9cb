"""The way in: the user's language first, since the commands' help is built in it; then the window, or a command."""

import gc
import os
from pathlib import Path

from desktop.app import default_home
from desktop.cli.window import Opening, asked, open_window
from desktop.core.errors import AppError, ConfigError
from desktop.core.settings import load_settings
from desktop.language import VARIABLE, speak


def start(words: list[str]) -> int:
    """Run a command line in the user's language and give its exit code."""
    speak(os.environ.get(VARIABLE) or language_of(words))
    opening = asked(words)
    if opening is not None:
        return _show(opening)
    gc.enable()
    from desktop.cli.main import run_arguments  # noqa: PLC0415

    return run_arguments(words)


def language_of(words: list[str]) -> str:
    """Give the language that the settings name; what is wrong with them is told by the command."""
    home = os.environ.get("SORTLOOP_HOME") or default_home()
    for word, following in zip(words, [*words[1:], ""], strict=False):
        if word == "--home":
            home = following
        elif word.startswith("--home="):
            home = word.removeprefix("--home=")
    try:
        return load_settings(Path(home)).language
    except ConfigError:
        return ""


def _show(opening: Opening) -> int:
    home = Path(opening.home) if opening.home else default_home()
    try:
        return open_window(opening.bucket, home, exit_when_usable=opening.exit_when_usable)
    except AppError as error:
        from desktop.cli import messages  # noqa: PLC0415 - a window that opens says nothing here

        messages.show(error)
        return messages.exit_code(error)
