"""Somebody's fingers on the keys of a real window: presses, waiting, and photographs of what is to be seen."""

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

from desktop.core.errors import AppError
from desktop.core.texts import _

_BEAT_S = 0.004


class Fingers:
    """Presses keys as the window system would bring them."""

    def __init__(self, window: QWidget) -> None:
        self._window = window
        self.pressed = 0
        """Keys pressed so far."""

    def press(self, *combinations: str) -> None:
        """Press and release keys, one after the other, each as QKeySequence writes it."""
        for combination in combinations:
            key, modifiers = _parted(combination)
            bare = modifiers in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)
            text = combination[-1].lower() if bare and len(combination.removeprefix("Shift+")) == 1 else ""
            for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                QApplication.sendEvent(self._target(), QKeyEvent(kind, key, modifiers, text))
            self.pressed += 1
            QApplication.processEvents()

    def type(self, text: str) -> None:
        """Type into the field that has the focus."""
        for letter in text:
            for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                QApplication.sendEvent(self._target(), QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, letter))
        QApplication.processEvents()

    def wait(self, met: Callable[[], bool], what: str, timeout_s: float = 60.0) -> None:
        """Let the window work until something is so.

        Raises:
            AppError: it is not so in time.
        """
        deadline = time.monotonic() + timeout_s
        while not met():
            if time.monotonic() > deadline:
                raise AppError(_("The window waited in vain: {what}.").format(what=what))
            QApplication.processEvents()
            time.sleep(_BEAT_S)
        QApplication.processEvents()

    def rest(self, seconds: float = 0.5) -> None:
        """Take the hand away for a moment; the window paints what it has to."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            QApplication.processEvents()
            time.sleep(_BEAT_S)

    def photograph(self, target: Path) -> Path:
        """Take a picture of the window as it stands."""
        QApplication.processEvents()
        target.parent.mkdir(parents=True, exist_ok=True)
        self._window.grab().save(str(target))
        return target

    def _target(self) -> QWidget:
        popup = QApplication.activePopupWidget()
        return popup or self._window.focusWidget() or self._window


def _parted(combination: str) -> tuple[Qt.Key, Qt.KeyboardModifier]:
    """Give the key and the modifiers of a combination such as ``Ctrl+Shift+P``."""
    modifiers = Qt.KeyboardModifier.NoModifier
    rest = combination
    for name, modifier in _HELD.items():
        if len(rest) > len(name) and rest.startswith(name):
            rest = rest.removeprefix(name)
            modifiers |= modifier
    key = getattr(Qt.Key, f"Key_{_NAMES.get(rest, rest.capitalize() if len(rest) > 1 else rest.upper())}", None)
    return (key if isinstance(key, Qt.Key) else Qt.Key(ord(rest))), modifiers


_HELD = {
    "Ctrl+": Qt.KeyboardModifier.ControlModifier,
    "Alt+": Qt.KeyboardModifier.AltModifier,
    "Shift+": Qt.KeyboardModifier.ShiftModifier,
}
_NAMES = {"Esc": "Escape", "Del": "Delete", "PgUp": "PageUp", "PgDown": "PageDown"}
