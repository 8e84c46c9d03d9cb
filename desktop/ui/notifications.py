"""Telling the desktop that long work has ended, if nobody is looking at the window."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QSystemTrayIcon, QWidget

from desktop.ui.icons import icon

_SHOWN_MS = 10_000


class Notifications(QObject):
    """Shows a notification of the system, where it has any, and brings the window to the front when it is pressed."""

    def __init__(self, window: QWidget, allowed: Callable[[], bool]) -> None:
        """Take the window, and whether the user wants to be told."""
        super().__init__(window)
        self._window, self._allowed = window, allowed
        self._tray: QSystemTrayIcon | None = None

    def tell(self, title: str, text: str = "") -> bool:
        """Tell that something has ended; says whether it was shown."""
        if not self._allowed() or self._window.isActiveWindow():
            return False
        if not (QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages()):
            return False
        if self._tray is None:
            self._tray = QSystemTrayIcon(icon("arrows-clockwise", "accent"), self)
            self._tray.messageClicked.connect(self._front)
            self._tray.activated.connect(self._front)
        self._tray.show()
        self._tray.showMessage(title, text, icon("arrows-clockwise", "accent"), _SHOWN_MS)
        return True

    def hide(self) -> None:
        """Take the icon away."""
        if self._tray is not None:
            self._tray.hide()

    @Slot()
    def _front(self) -> None:
        self._window.showNormal() if self._window.isMinimized() else self._window.show()
        self._window.raise_()
        self._window.activateWindow()
        self.hide()
